// Times as loggers write them before a level, in any of the common forms. They are only recognized, not read: most
// of them have no zone.
#pragma once

#include <cstddef>
#include <string_view>

namespace penstock::logs {

// Returns the size of the time at the beginning of text, with its zone, AM or PM; 0 if text does not begin with
// one. Examples: "2026/09/14 22:25:42", "10:15:30.123", "2026-09-14T22:25:42+02:00", "09/16/2026, 8:18:08 AM", "12
// May 2020 21:19:02,997", "10:25PM". A colon after the time is part of it: "10:15:30,123:".
size_t logger_time_size(std::string_view text);

// Returns the size of Go's time, "2026/09/14 22:25:42", perhaps with microseconds, and of the blank after it; 0 if
// text does not begin with one and a blank.
size_t go_time_size(std::string_view text);

// Returns whether such a time ends as swift-log's: 2026-09-14T22:25:42+0000.
bool has_swift_offset(std::string_view time);

// Returns whether text begins as java.util.logging writes a time: "Sep 14, 2026 10:25:42 PM".
bool begins_with_month_and_time(std::string_view text);

}  // namespace penstock::logs
