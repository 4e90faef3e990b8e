// Parsing of sizes and durations in options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock {

// A size or duration is a decimal number, with or without a fraction, directly followed by a unit in any case:
// "5", "250ms", "2.5s", "64K", "1.5M". Signs, exponents, blanks, and a point without digits on both sides are
// rejected. A fraction of the smallest unit is truncated.

// With this limit, a clock value plus a few durations stays far from the limits of int64_t.
inline constexpr int64_t kMaxDurationMs = int64_t{10} * 365 * 24 * 3'600'000;  // 10 years

// Returns milliseconds. Units are ms, s, m, and h; without a unit, the number is in seconds. Returns nullopt for
// any other text, and above kMaxDurationMs.
std::optional<int64_t> parse_duration_ms(std::string_view text);

// Returns bytes. Units are k, m, and g (1024, 1024^2, and 1024^3 bytes), optionally followed by b; without a unit,
// the number is in bytes. Returns nullopt for any other text, and above INT64_MAX.
std::optional<int64_t> parse_size(std::string_view text);

// Formats a size, such as 1234567 as "1.2 MB". Units are powers of 1000, as for disks and networks.
std::string format_bytes(int64_t bytes);

}  // namespace penstock
