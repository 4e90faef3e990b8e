#include "host/base64.h"

#include <openssl/evp.h>

#include <climits>

namespace penstock::host {

std::optional<std::string> decode_base64(std::string_view text) {
  // OpenSSL skips blanks at both ends, and takes '=' for zero bits anywhere.
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0 || text.size() > INT_MAX) return std::nullopt;
  const size_t digits = text.find_last_not_of('=') + 1;  // 0 for npos
  const size_t padding = text.size() - digits;
  if (padding > 2 || text.substr(0, digits).find_first_not_of(kAlphabet) != std::string_view::npos) {
    return std::nullopt;
  }
  std::string out(text.size() / 4 * 3, '\0');
  const int n =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (n < 0) return std::nullopt;
  out.resize(static_cast<size_t>(n) - padding);
  return out;
}

}  // namespace penstock::host
