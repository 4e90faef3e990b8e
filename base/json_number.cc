#include "base/json_number.h"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace penstock {

namespace {

// Returns the size of the part of a JSON number before its exponent; 0 if text is not a JSON number.
size_t size_before_exponent(std::string_view text) {
  size_t at = 0;
  const auto take = [&](char c) { return at < text.size() && text[at] == c && ++at != 0; };
  const auto digits = [&] {
    const size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - from;
  };
  take('-');
  const size_t integer = at;
  const size_t count = digits();
  if (count == 0 || (count > 1 && text[integer] == '0')) return 0;
  if (take('.') && digits() == 0) return 0;
  const size_t size = at;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (digits() == 0) return 0;
  }
  return at == text.size() ? size : 0;
}

}  // namespace

bool is_json_number(std::string_view text) { return size_before_exponent(text) != 0; }

bool is_portable_json_number(std::string_view text) {
  constexpr int kMaxExponent = 999;
  if (text.size() > kMaxPortableNumberBytes) return false;
  const size_t mark = size_before_exponent(text);
  if (mark == 0 || mark == text.size()) return mark != 0;
  const char* const end = text.data() + text.size();
  const char* const sign = text.data() + mark + 1;
  int exponent = 0;
  double value = 0;
  return std::from_chars(*sign == '+' ? sign + 1 : sign, end, exponent).ec == std::errc() &&
         exponent <= kMaxExponent && exponent >= -kMaxExponent &&
         std::from_chars(text.data(), end, value).ec == std::errc();
}

}  // namespace penstock
