// Base64 against RFC 4648.
#include "base/base64.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <utility>

#include "base/text.h"

namespace penstock {
namespace {

const std::pair<std::string, std::string> kBase64[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xfe", "+//+"},
};

TEST(base64, base64_matches_the_standards_examples_and_is_appended) {
  for (const auto& [plain, encoded] : kBase64) {
    std::string out = "before";
    append_base64(out, plain);
    EXPECT_EQ(out, "before" + encoded);
  }
}

TEST(base64, base64_is_decoded_in_place) {
  for (const auto& [plain, encoded] : kBase64) {
    std::string text = encoded;
    const std::optional<std::string_view> decoded = decode_base64_in_place(text);
    ASSERT_TRUE(decoded) << encoded;
    EXPECT_EQ(*decoded, plain);
    if (!decoded->empty()) EXPECT_EQ(decoded->data(), text.data());
    EXPECT_EQ(decode_base64(encoded), plain);
  }
}

TEST(base64, base64_of_every_length_and_byte_round_trips) {
  std::string plain;
  for (int i = 0; i < 600; ++i) {
    std::string text = base64(plain);
    ASSERT_EQ(decode_base64_in_place(text), std::optional<std::string_view>(plain)) << i;
    plain += static_cast<char>(i * 7);
  }
}

TEST(base64, invalid_base64_characters_are_rejected_at_every_position) {
  const std::string good = base64(std::string(60, '\xA5'));
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_digit = std::isalnum(byte) != 0 || c == '+' || c == '/';
    for (size_t at = 0; at < good.size(); ++at) {
      if (c == '=' && at + 1 == good.size()) continue;  // padding
      std::string text = good;
      text[at] = c;
      EXPECT_EQ(decode_base64_in_place(text).has_value(), is_digit) << byte << " at " << at;
    }
  }
}

TEST(base64, the_front_of_a_text_is_decoded_up_to_what_is_no_digit) {
  std::string plain;
  for (int i = 0; i < 150; ++i, plain += static_cast<char>(i * 91)) {
    const std::string digits = base64(plain);
    for (const char* after : {"", "\"", "\",\"PartitionKey\":\"0123456789abcdef0123456789abcdef\"", "=\\"}) {
      const std::string whole = digits + after;
      std::string text = whole;
      const size_t taken = decode_base64_front_in_place(text);
      ASSERT_EQ(taken % 4, 0u);
      ASSERT_LE(taken, digits.size());
      EXPECT_EQ(text.substr(0, taken / 4 * 3), plain.substr(0, taken / 4 * 3)) << whole;
      EXPECT_EQ(text.substr(taken), whole.substr(taken));
      const std::optional<std::string> rest = decode_base64(digits.substr(taken));
      ASSERT_TRUE(rest) << whole;
      EXPECT_EQ(text.substr(0, taken / 4 * 3) + *rest, plain) << whole;
    }
  }
}

TEST(base64, unpadded_base64_is_rejected) {
  for (const char* bad : {"Z",     "Zg",   "Zg=",     "Zm9vY",    "Zm9v\n",   "Zm9vZg==\n   ", " Zm9", "\tm9v",
                          "Zm9\n", "Zm 9", "Zm-v",    "Zm_v",     "====",     "=m9v",          "Z=9v", "Zg==Zm9v",
                          "Zm=v",  "Z===", "Zm9\xc3", "Zm9v----", "    Zm9v", "Zm9v\n\n\n\n"}) {
    std::string text = bad;
    EXPECT_EQ(decode_base64_in_place(text), std::nullopt) << bad;
    EXPECT_EQ(decode_base64(bad), std::nullopt) << bad;
  }
}

TEST(base64, base64_text_of_any_length_is_recognized) {
  for (const char* good : {"", "A", "Zm9v", "Zg==", "Zm8=", "+/", "azAZ09+/"})
    EXPECT_TRUE(is_base64_text(good)) << good;
  for (const char* bad : {"Z===", "Z=g", "Zm9v ", "Zm-v", "Zm_v", "Zm9\n", "\xC3\xA9"})
    EXPECT_FALSE(is_base64_text(bad)) << bad;
}

}  // namespace
}  // namespace penstock
