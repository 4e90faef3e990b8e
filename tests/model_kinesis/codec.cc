#include "tests/model_kinesis/codec.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cassert>
#include <cstring>

namespace penstock::model {
namespace {

// The value of each base64 character; kNotBase64 for all others.
constexpr uint8_t kNotBase64 = 64;
constexpr std::array<uint8_t, 256> kBase64 = [] {
  std::array<uint8_t, 256> values{};
  values.fill(kNotBase64);
  uint8_t value = 0;
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
    values[static_cast<uint8_t>(c)] = value++;
  return values;
}();

const uint8_t* bytes(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

// Fetched once, because looking a digest up by name takes longer than digesting a short key.
size_t digest(const EVP_MD* method, std::string_view data, uint8_t* out) {
  unsigned size = 0;
  [[maybe_unused]] const int done = EVP_Digest(data.data(), data.size(), out, &size, method, nullptr);
  assert(done == 1);
  return size;
}

// Returns the length of the character that begins with this byte, or 0 if none does.
size_t utf8_size(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

}  // namespace

Md5 md5(std::string_view data) {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "MD5", nullptr);
  Md5 out;
  digest(method, data, out.data());
  return out;
}

std::string sha256(std::string_view data) {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string out(32, '\0');
  digest(method, data, reinterpret_cast<uint8_t*>(out.data()));
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
  std::string out(32, '\0');
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(data), data.size(),
       reinterpret_cast<uint8_t*>(out.data()), &size);
  assert(size == out.size());
  return out;
}

std::string hex(std::string_view raw) {
  std::string out;
  out.reserve(raw.size() * 2);
  for (const char c : raw) {
    out += "0123456789abcdef"[static_cast<uint8_t>(c) >> 4];
    out += "0123456789abcdef"[static_cast<uint8_t>(c) & 15];
  }
  return out;
}

void append_base64(std::string& out, std::string_view data) {
  if (data.empty()) return;
  const size_t start = out.size();
  const size_t encoded = (data.size() + 2) / 3 * 4;
  out.resize(start + encoded + 1);  // OpenSSL ends it with a NUL
  EVP_EncodeBlock(reinterpret_cast<uint8_t*>(out.data() + start), bytes(data), static_cast<int>(data.size()));
  out.resize(start + encoded);
}

std::optional<std::string_view> decode_base64(std::span<char> text) {
  if (text.size() % 4 != 0) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  // OpenSSL ignores white space at both ends and accepts '=' anywhere; the service accepts neither.
  uint8_t last = 0;
  for (const char c : text.first(text.size() - padding)) {
    last = kBase64[static_cast<uint8_t>(c)];
    if (last == kNotBase64) return std::nullopt;
  }
  // The unused bits of the last character must be zero.
  if ((padding == 2 && last % 16 != 0) || (padding == 1 && last % 4 != 0)) return std::nullopt;
  auto* raw = reinterpret_cast<uint8_t*>(text.data());
  const int size = EVP_DecodeBlock(raw, raw, static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  return std::string_view(text.data(), static_cast<size_t>(size) - padding);
}

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    // Decodes eight plain characters at once; nearly all data is of this kind.
    uint64_t eight = 0;
    if (i + sizeof eight <= text.size()) {
      std::memcpy(&eight, text.data() + i, sizeof eight);
      if ((eight & 0x8080808080808080) == 0) {
        i += sizeof eight;
        continue;
      }
    }
    const auto lead = static_cast<uint8_t>(text[i]);
    const size_t size = utf8_size(lead);
    if (size == 0 || i + size > text.size()) return false;
    for (size_t k = 1; k < size; ++k)
      if ((static_cast<uint8_t>(text[i + k]) & 0xC0) != 0x80) return false;
    const uint8_t second = size > 1 ? static_cast<uint8_t>(text[i + 1]) : uint8_t{0};
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool surrogate = lead == 0xED && second > 0x9F;
    const bool too_high = lead == 0xF4 && second > 0x8F;
    if (overlong || surrogate || too_high) return false;
    i += size;
  }
  return true;
}

}  // namespace penstock::model
