// Small text tools: comparing keys, and making text of others fit for a terminal or for JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock::host {

// ASCII only: keys, section names and stage ids are compared so.
std::string lower(std::string_view text);
bool same(std::string_view a, std::string_view b);

// Without blanks, tabs and line ends at both ends.
std::string_view trimmed(std::string_view text);

// Text of others for a terminal or a log line: C0, C1, DEL, line ends, bidirectional controls and broken UTF-8
// become \n, \xHH or \u{HHHH}. Cut to max_bytes with "..." behind.
std::string printable(std::string_view text, size_t max_bytes = 1000);

// Appends text as a JSON string with its quotes; broken UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// Appends a JSON document in a form that does nothing to a terminal: control and bidirectional characters become
// \uHHHH, which inside a JSON string means the same.
void append_json_for_terminal(std::string& out, std::string_view json);

// "5", "2.5" (seconds), or with a unit: "250ms", "5s", "2m", "1h". Milliseconds; nullopt for anything else,
// below 0 or above a year.
std::optional<int64_t> parse_duration_ms(std::string_view text);

// 1234567 -> "1.2 MB"; 1000-based.
std::string bytes_text(int64_t bytes);

}  // namespace penstock::host
