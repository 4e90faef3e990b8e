// JSON that is written by appending to a string.
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

// Appends "name":"value" to an object that is being written, after a comma if it has a member already. REQUIRES:
// out is not empty.
void append_json_member(std::string& out, std::string_view name, std::string_view value);

// Appends a JSON document on one line in a form that is safe in a terminal: control and bidirectional characters
// become \uHHHH, which means the same inside a JSON string, and invalid UTF-8 becomes U+FFFD.
void append_json_for_terminal(std::string& out, std::string_view json);

}  // namespace penstock
