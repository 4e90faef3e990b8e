// Points in time as text. All are Unix time in milliseconds, UTC, without leap seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock {

// Appends "2019-08-25T13:59:15.269Z" (RFC 3339). Times outside the years 0 to 9999 become the nearest in them.
void append_rfc3339(std::string& out, int64_t unix_ms);

// Reads the Date header's form, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, IMF-fixdate); nullopt for any other.
std::optional<int64_t> parse_http_date(std::string_view text);

}  // namespace penstock
