// Numbers as JSON writes them, in other units, without losing a digit.
#pragma once

#include <string>
#include <string_view>

namespace penstock::logs {

// Appends a number of milliseconds in seconds: its decimal point moves. REQUIRES: the number is portable, see
// is_portable_json_number(). Returns false if no double can hold the result; out then means nothing.
bool append_seconds_of_ms(std::string& out, std::string_view ms);

// The same for a number of megabytes, as Lambda counts them, in bytes of which a megabyte has 1,048,576.
bool append_bytes_of_mb(std::string& out, std::string_view mb);

}  // namespace penstock::logs
