// Digests, base64, hexadecimal and UTF-8 for the model, on OpenSSL: written apart from base, so that an error
// there cannot hide behind the same error here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace penstock::model {

using Md5 = std::array<uint8_t, 16>;
Md5 md5(std::string_view data);

std::string sha256(std::string_view data);                             // 32 raw bytes
std::string hmac_sha256(std::string_view key, std::string_view data);  // 32 raw bytes
std::string hex(std::string_view raw);                                 // lower case

void append_base64(std::string& out, std::string_view data);
// Decodes padded base64 where it lies; the result is a part of text. nullopt where it is not base64.
std::optional<std::string_view> decode_base64(std::span<char> text);

bool is_utf8(std::string_view text);  // well-formed as of Unicode 15, table 3-7

}  // namespace penstock::model
