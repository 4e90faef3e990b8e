// JSON writing by appending to a string or a TextBuffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text_buffer.h"

namespace penstock {

// Appends text as a JSON string, with its quotes. Invalid UTF-8 becomes U+FFFD, one for each maximal subpart
// (Unicode 15, section 3.9, table 3-8), so the output is always valid.
void append_json_string(std::string& out, std::string_view text);
void append_json_string(TextBuffer& out, std::string_view text);

// The same for text whose lines may end with carriage returns: \r and \r\n become \n.
void append_json_string_of_lines(std::string& out, std::string_view text);
void append_json_string_of_lines(TextBuffer& out, std::string_view text);

// Appends JSON unchanged, but on one line: line ends become spaces (JSON allows them only outside strings), and
// invalid UTF-8 becomes U+FFFD.
void append_json_on_one_line(std::string& out, std::string_view text);
void append_json_on_one_line(TextBuffer& out, std::string_view text);

// Appends "name":"value" to an unfinished object, with a comma before it if the object already has a member.
// REQUIRES: out is not empty.
void append_json_member(std::string& out, std::string_view name, std::string_view value);

// Appends a one-line JSON document in a form that is safe in a terminal: control and bidirectional characters
// become \uHHHH, which means the same inside a JSON string, and invalid UTF-8 becomes U+FFFD.
void append_json_for_terminal(std::string& out, std::string_view json);

}  // namespace penstock
