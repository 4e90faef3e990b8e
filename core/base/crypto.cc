#include "core/base/crypto.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace penstock {

namespace {
const unsigned char* unsigned_bytes(std::string_view data) {
  return reinterpret_cast<const unsigned char*>(data.data());
}
}  // namespace

Sha256 sha256(std::string_view data) {
  Sha256 digest;
  EVP_Digest(data.data(), data.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view data) {
  Sha256 digest;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), unsigned_bytes(data), data.size(), digest.data(),
       nullptr);
  return digest;
}

std::optional<std::array<uint8_t, 16>> md5(std::string_view data) {
  // Fetched once: EVP_md5() looks the algorithm up each time, which takes longer than a short text.
  static EVP_MD* const kMd5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  std::array<uint8_t, 16> digest;
  if (kMd5 == nullptr || EVP_Digest(data.data(), data.size(), digest.data(), nullptr, kMd5, nullptr) != 1)
    return std::nullopt;
  return digest;
}

std::string hex(std::span<const uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

void append_base64(std::string& out, std::string_view data) {
  const size_t start = out.size();
  const size_t encoded = (data.size() + 2) / 3 * 4;
  out.resize(start + encoded + 1);  // EVP_EncodeBlock writes a NUL behind
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data() + start), unsigned_bytes(data),
                  static_cast<int>(data.size()));
  out.resize(start + encoded);
}

std::optional<std::string_view> decode_base64_in_place(std::span<char> text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return std::string_view();
  const size_t first_padding = std::string_view(text.data(), text.size()).find('=');
  const size_t padding = first_padding == std::string_view::npos ? 0 : text.size() - first_padding;
  if (padding > 2 || (padding == 2 && text.back() != '=')) return std::nullopt;  // OpenSSL takes "=" anywhere
  // It reads each group of four before it writes its three bytes, so decoding onto itself is safe.
  auto* bytes = reinterpret_cast<unsigned char*>(text.data());
  const int decoded = EVP_DecodeBlock(bytes, bytes, static_cast<int>(text.size()));
  // OpenSSL passes over blanks and dashes at both ends; then there is less than the length promises.
  if (decoded < 0 || static_cast<size_t>(decoded) != text.size() / 4 * 3) return std::nullopt;
  return std::string_view(text.data(), static_cast<size_t>(decoded) - padding);
}

}  // namespace penstock
