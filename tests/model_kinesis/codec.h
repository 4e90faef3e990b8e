// Digests, base64, hexadecimal and UTF-8 for the model, based on OpenSSL. Independent of base/, so that the same
// error cannot be in both.
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
// Decodes padded base64 in place; the result is a part of `text`. Returns nullopt if it is not valid base64.
std::optional<std::string_view> decode_base64(std::span<char> text);

bool is_utf8(std::string_view text);  // well-formed according to Unicode 15, table 3-7

}  // namespace penstock::model
