// Sizes and durations as options write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock {

// A size or duration is decimal digits, with a fraction after a point if wanted, and directly after them a unit in
// any case: "5", "250ms", "2.5s", "64K", "1.5M". Signs, exponents, blanks, and a point without digits on both
// sides are not part of it. A fraction of the smallest unit is cut off.

// Sums of a few durations and a clock stay far from the limits of int64_t.
inline constexpr int64_t kMaxDurationMs = int64_t{10} * 365 * 24 * 3'600'000;  // ten years

// Returns milliseconds of a text with unit ms, s, m or h, or without one for seconds; nullopt for any other text
// and above kMaxDurationMs.
std::optional<int64_t> parse_duration_ms(std::string_view text);

// Returns bytes of a text with unit k, m or g, of 1024, 1024^2 or 1024^3 bytes, with or without a b after it, or
// without a unit; nullopt for any other text and above INT64_MAX.
std::optional<int64_t> parse_size(std::string_view text);

// 1234567 -> "1.2 MB": 1000-based, as disks and networks are measured.
std::string format_bytes(int64_t bytes);

}  // namespace penstock
