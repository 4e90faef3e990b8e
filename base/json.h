// Writing JSON: appending pieces to a string. Reading is RapidJSON's, where it is needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text_buffer.h"

namespace penstock {

// Appends text as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD, one for each maximal
// subpart (Unicode 15, 3.9, table 3-8), so that what leaves is always valid.
void append_json_string(std::string& out, std::string_view text);
void append_json_string(TextBuffer& out, std::string_view text);

// The same for text whose lines were joined by carriage returns: \r and \r\n become \n.
void append_json_string_of_lines(std::string& out, std::string_view text);
void append_json_string_of_lines(TextBuffer& out, std::string_view text);

// Appends text, which is JSON already, byte for byte, but on one line: line ends, which in JSON stand only
// outside strings, become blanks, and invalid UTF-8 becomes U+FFFD.
void append_json_on_one_line(std::string& out, std::string_view text);
void append_json_on_one_line(TextBuffer& out, std::string_view text);

// Text of others made fit for a terminal or a log line: C0, C1, ESC, DEL, line ends and bidirectional
// controls become \n, \xHH or \u{HHHH}; cut to max_bytes with "..." behind.
std::string printable(std::string_view text, size_t max_bytes = 200);

}  // namespace penstock
