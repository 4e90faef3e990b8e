// Timestamps as runtimes print them: 2019-08-25T13:59:15.269Z, with any number of decimals or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text_buffer.h"

namespace penstock::logs {

enum class Zone { z, none };

// What the digits behind the seconds are: decimals of a second, or, where one or two stand there, a count of
// milliseconds without its zeros (.5 is 5 ms).
enum class SecondsFraction : uint8_t { decimals, milliseconds };

// The size of the timestamp at the beginning of text, a real date and time with what zone says behind it; 0: there
// is none.
size_t iso_timestamp_size(std::string_view text, Zone zone = Zone::z);

// Whether all of text is a real date and time in RFC 3339, 5.6: with Z or an offset after it, which may be
// lowercase, as may the T. Leap seconds do not count.
bool is_rfc3339(std::string_view text);

// Appends such a timestamp as RFC 3339 in UTC with milliseconds: decimals beyond are cut, missing ones are zeros.
void append_iso_timestamp(std::string& out, std::string_view timestamp,
                          SecondsFraction fraction = SecondsFraction::decimals);
void append_iso_timestamp(TextBuffer& out, std::string_view timestamp,
                          SecondsFraction fraction = SecondsFraction::decimals);

}  // namespace penstock::logs
