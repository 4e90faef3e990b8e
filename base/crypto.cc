#include "base/crypto.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <new>

#include "base/text.h"

namespace penstock {

namespace {
const unsigned char* unsigned_bytes(std::string_view data) {
  return reinterpret_cast<const unsigned char*>(data.data());
}

// The OpenSSL calls in this file fail only if memory is exhausted. They leave entries in the thread's error queue,
// which are removed because no other code expects them.
void check(bool done) {
  if (done) return;
  ERR_clear_error();
  throw std::bad_alloc();
}

// Fetched once, like MD5 below: with EVP_sha256(), OpenSSL looks up the algorithm for each digest and HMAC.
const EVP_MD* fetched_sha256() {
  static const EVP_MD* const kSha256 = [] {
    const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    check(fetched != nullptr);
    return fetched;
  }();
  return kSha256;
}
}  // namespace

Sha256 sha256(std::string_view data) {
  Sha256 digest;
  check(EVP_Digest(data.data(), data.size(), digest.data(), nullptr, fetched_sha256(), nullptr) == 1);
  return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view data) {
  Sha256 digest;
  check(HMAC(fetched_sha256(), key.data(), static_cast<int>(key.size()), unsigned_bytes(data), data.size(),
             digest.data(), nullptr) != nullptr);
  return digest;
}

std::optional<std::array<uint8_t, 16>> md5(std::string_view data) {
  // Fetched once: EVP_md5() looks up the algorithm each time, which takes longer than hashing a short text.
  static const EVP_MD* const kMd5 = [] {
    const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "MD5", nullptr);
    // A missing algorithm is permanent, so nullptr is kept. A lack of memory is not: the exception leaves kMd5
    // uninitialized, and the next call tries again.
    check(fetched != nullptr || ERR_GET_REASON(ERR_peek_last_error()) != ERR_R_MALLOC_FAILURE);
    if (fetched == nullptr) ERR_clear_error();
    return fetched;
  }();
  if (kMd5 == nullptr) return std::nullopt;
  std::array<uint8_t, 16> digest;
  check(EVP_Digest(data.data(), data.size(), digest.data(), nullptr, kMd5, nullptr) == 1);
  return digest;
}

std::string hex(std::span<const uint8_t> bytes) {
  std::string out(bytes.size() * 2, '\0');
  char* to = out.data();
  for (const uint8_t byte : bytes) {
    *to++ = kHexDigits[byte >> 4];
    *to++ = kHexDigits[byte & 15];
  }
  return out;
}

}  // namespace penstock
