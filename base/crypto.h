// Digests, computed by OpenSSL.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace penstock {

using Sha256 = std::array<uint8_t, 32>;

Sha256 sha256(std::string_view data);
Sha256 hmac_sha256(std::string_view key, std::string_view data);
// Returns nullopt if OpenSSL has no MD5, as in FIPS mode. Never use it for security.
std::optional<std::array<uint8_t, 16>> md5(std::string_view data);
std::string hex(std::span<const uint8_t> bytes);  // lower case
inline std::string_view view(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace penstock
