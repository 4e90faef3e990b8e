// Parsing and formatting of times. All times are Unix time in milliseconds, UTC, without leap seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text_buffer.h"

namespace penstock {

// Appends the time in the form "2019-08-25T13:59:15.269Z" (RFC 3339). Times outside the years 0 to 9999 are
// clamped to that range.
void append_rfc3339(std::string& out, int64_t unix_ms);
void append_rfc3339(TextBuffer& out, int64_t unix_ms);
std::string format_rfc3339(int64_t unix_ms);

// Parses an RFC 3339 time such as "2024-01-02T03:04:05Z". A fraction of a second (truncated to milliseconds) and
// an offset such as +01:00 are allowed. Returns nullopt for any other form.
std::optional<int64_t> parse_rfc3339(std::string_view text);

// Parses the form of the Date header, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, IMF-fixdate). Returns nullopt for
// any other form.
std::optional<int64_t> parse_http_date(std::string_view text);

}  // namespace penstock
