// Timestamps as runtimes print them: 2019-08-25T13:59:15.269Z, with any number of decimals or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text_buffer.h"

namespace penstock::logs {

enum class Zone { z, none };

// The meaning of the digits after the seconds: decimals of a second, or a count of milliseconds without leading
// zeros (.5 is 5 ms).
enum class SecondsFraction : uint8_t { decimals, milliseconds };

// Returns the size of the timestamp at the beginning of text, or 0. A timestamp is a real date and time, followed
// by what zone requires.
size_t iso_timestamp_size(std::string_view text, Zone zone = Zone::z);

// Returns whether all of text is a real date and time of RFC 3339, section 5.6: with Z or an offset after it. Leap
// seconds and a lowercase t or z are not accepted, because Elasticsearch rejects them:
// https://github.com/elastic/elasticsearch/issues/77432
bool is_rfc3339(std::string_view text);

// Appends such a timestamp as RFC 3339 in UTC with milliseconds: truncates further decimals, and pads missing ones
// with zeros.
void append_iso_timestamp(std::string& out, std::string_view timestamp,
                          SecondsFraction fraction = SecondsFraction::decimals);
void append_iso_timestamp(TextBuffer& out, std::string_view timestamp,
                          SecondsFraction fraction = SecondsFraction::decimals);

}  // namespace penstock::logs
