// Points in time as text. All are Unix time in milliseconds, UTC, without leap seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text_buffer.h"

namespace penstock {

// Appends "2019-08-25T13:59:15.269Z" (RFC 3339). Times outside the years 0 to 9999 become the nearest in them.
void append_rfc3339(std::string& out, int64_t unix_ms);
void append_rfc3339(TextBuffer& out, int64_t unix_ms);
std::string format_rfc3339(int64_t unix_ms);

// Reads RFC 3339, "2024-01-02T03:04:05Z", also with a fraction of a second (cut to milliseconds) and with an
// offset like +01:00; nullopt for any other form.
std::optional<int64_t> parse_rfc3339(std::string_view text);

// Reads the Date header's form, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, IMF-fixdate); nullopt for any other.
std::optional<int64_t> parse_http_date(std::string_view text);

}  // namespace penstock
