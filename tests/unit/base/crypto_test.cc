// Digests against the examples of FIPS 180-2 and RFC 4231, base64 against RFC 4648.
#include "base/crypto.h"

#include <gtest/gtest.h>

#include <cctype>

namespace penstock {
namespace {

TEST(crypto, sha256_is_that_of_the_standard) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(crypto, hmac_sha256_is_that_of_the_standard) {
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(crypto, hmac_takes_an_empty_key_and_empty_data) {
  EXPECT_EQ(hex(hmac_sha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(crypto, hex_is_lower_case_with_two_digits_a_byte) {
  const uint8_t bytes[] = {0x00, 0x0f, 0xa0, 0xff};
  EXPECT_EQ(hex(bytes), "000fa0ff");
  EXPECT_EQ(hex({}), "");
}

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

TEST(crypto, base64_is_that_of_the_standard_and_is_appended) {
  for (const auto& [plain, encoded] : kBase64) {
    std::string out = "before";
    append_base64(out, plain);
    EXPECT_EQ(out, "before" + encoded);
  }
}

TEST(crypto, base64_is_decoded_in_place) {
  for (const auto& [plain, encoded] : kBase64) {
    std::string text = encoded;
    const std::optional<std::string_view> decoded = decode_base64_in_place(text);
    ASSERT_TRUE(decoded) << encoded;
    EXPECT_EQ(*decoded, plain);
    if (!decoded->empty()) {
      EXPECT_EQ(decoded->data(), text.data());
    }
  }
}

TEST(crypto, base64_of_every_length_and_byte_comes_back) {
  std::string plain;
  for (int i = 0; i < 600; ++i) {
    std::string text = base64(plain);
    ASSERT_EQ(decode_base64_in_place(text), std::optional<std::string_view>(plain)) << i;
    plain += static_cast<char>(i * 7);
  }
}

TEST(crypto, each_byte_that_is_no_digit_is_refused_wherever_it_stands) {
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

TEST(crypto, what_is_not_padded_base64_is_refused) {
  for (const char* bad : {"Z",     "Zg",   "Zg=",     "Zm9vY",    "Zm9v\n",   "Zm9vZg==\n   ", " Zm9", "\tm9v",
                          "Zm9\n", "Zm 9", "Zm-v",    "Zm_v",     "====",     "=m9v",          "Z=9v", "Zg==Zm9v",
                          "Zm=v",  "Z===", "Zm9\xc3", "Zm9v----", "    Zm9v", "Zm9v\n\n\n\n"}) {
    std::string text = bad;
    EXPECT_EQ(decode_base64_in_place(text), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace penstock
