#include "base/base64.h"

#include <openssl/evp.h>

#include <climits>

namespace penstock::host {

namespace {

// Without the padding.
size_t count_digits(std::string_view text) { return text.find_last_not_of('=') + 1; }  // 0 for npos

}  // namespace

bool is_base64_text(std::string_view text) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const size_t digits = count_digits(text);
  return text.size() - digits <= 2 &&
         text.substr(0, digits).find_first_not_of(kAlphabet) == std::string_view::npos;
}

std::optional<std::string> decode_base64(std::string_view text) {
  // OpenSSL skips blanks at both ends, and takes '=' for zero bits anywhere.
  if (text.size() % 4 != 0 || text.size() > INT_MAX || !is_base64_text(text)) return std::nullopt;
  const size_t padding = text.size() - count_digits(text);
  std::string out(text.size() / 4 * 3, '\0');
  const int n =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (n < 0) return std::nullopt;
  out.resize(static_cast<size_t>(n) - padding);
  return out;
}

}  // namespace penstock::host
