// Conversions of JSON numbers to other units, without losing a digit.
#pragma once

#include <string>
#include <string_view>

namespace penstock::logs {

// Appends a number of milliseconds in seconds, by moving its decimal point. Returns false, with unspecified text
// in out, if no double can hold the result. REQUIRES: the number is portable, see is_portable_json_number().
bool append_seconds_of_ms(std::string& out, std::string_view ms);

// Appends a number of megabytes in bytes, likewise. As in Lambda, a megabyte has 1,048,576 bytes.
bool append_bytes_of_mb(std::string& out, std::string_view mb);

}  // namespace penstock::logs
