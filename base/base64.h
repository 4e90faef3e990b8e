// Base64, as records are carried in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace penstock::host {

// What gzip data with deflate, the only method, begins with in base64.
inline constexpr std::string_view kBase64OfGzip = "H4sI";

// Whether text has nothing but the characters of standard base64, and padding at its end.
bool is_base64_text(std::string_view text);

// The bytes of text in standard base64 with padding (RFC 4648, 4); nullopt: it is not that.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace penstock::host
