#include "base/text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"

namespace penstock {
namespace {

using namespace std::string_literals;

TEST(text, printable_text_has_no_control_or_bidirectional_characters) {
  EXPECT_EQ(printable("a\nb\rc\td\x1b[31m\x7f\0"s), R"(a\nb\rc\td\x1b[31m\x7f\x00)");
  EXPECT_EQ(printable("\xC2\x80\xC2\x9F\xC2\xA0"), "\\u{0080}\\u{009f}\xC2\xA0");
  EXPECT_EQ(printable("\xD8\x9C\xE2\x80\x8E\xE2\x80\x8F"), "\\u{061c}\\u{200e}\\u{200f}");
  EXPECT_EQ(printable("\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA\xE2\x80\xAE"), "\\u{2028}\\u{2029}\\u{202a}\\u{202e}");
  EXPECT_EQ(printable("\xE2\x81\xA6\xE2\x81\xA9\xE2\x81\xA5"), "\\u{2066}\\u{2069}\xE2\x81\xA5");
  EXPECT_EQ(printable("\xFF\xE2\x82"), "\\xff\\xe2\\x82");
  EXPECT_EQ(printable("é 漢字"), "é 漢字");
}

TEST(text, printable_text_is_truncated_between_characters) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef...");
  EXPECT_EQ(printable("ab\n\n", 4), "ab\\n...");
  EXPECT_EQ(printable("ab\x1b", 5), "ab...");
  EXPECT_EQ(printable("aéé", 4), "aé...");
}

TEST(text, ill_formed_utf8_is_printed_byte_by_byte) {
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(printable("\xC0\xAF"), "\\xc0\\xaf");                    // overlong
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
}

TEST(text, terminal_controls_are_exactly_the_characters_in_the_ranges) {
  for (const uint32_t control :
       {0x00U, 0x1FU, 0x7FU, 0x80U, 0x9FU, 0x061CU, 0x200EU, 0x200FU, 0x2028U, 0x202EU, 0x2066U, 0x2069U})
    EXPECT_TRUE(is_terminal_control(control)) << std::hex << control;
  for (const uint32_t other :
       {0x20U, 0x7EU, 0xA0U, 0x061BU, 0x061DU, 0x200DU, 0x2010U, 0x2027U, 0x202FU, 0x2065U, 0x206AU, 0x1F600U})
    EXPECT_FALSE(is_terminal_control(other)) << std::hex << other;
}

TEST(text, case_conversion_changes_only_ascii_letters) {
  EXPECT_EQ(lower_case("AZ@[az\xC3\x84"), "az@[az\xC3\x84");
  EXPECT_EQ(upper_case("az`{AZ\xC3\xA4"), "AZ`{AZ\xC3\xA4");
}

TEST(text, equal_without_case_compares_ascii_letters_in_any_case) {
  EXPECT_TRUE(equal_without_case("On_Failure", "on_failurE"));
  EXPECT_TRUE(equal_without_case("", ""));
  EXPECT_FALSE(equal_without_case("on", "onn"));
  EXPECT_FALSE(equal_without_case("onn", "on"));
  EXPECT_FALSE(
      equal_without_case("@", "`"));  // they differ only in the bit that distinguishes upper and lower case
}

TEST(text, trim_removes_spaces_and_line_ends_only_at_both_ends) {
  EXPECT_EQ(trim(" \t\r\n\v\f a b \f\v\n\r\t "), "a b");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("\xC2\xA0"), "\xC2\xA0");
}

TEST(text, percent_encoding_keeps_unreserved_and_chosen_characters) {
  std::string out = "x=";
  append_percent_encoded(out, "aZ09-._~ /%\n\xC3\xA9");
  EXPECT_EQ(out, "x=aZ09-._~%20%2F%25%0A%C3%A9");
  out.clear();
  append_percent_encoded(out, "/a b%20", "/%");
  EXPECT_EQ(out, "/a%20b%20");
}

TEST(text, a_comma_separated_list_is_split_into_items) {
  std::string_view list = " a , ,b";
  std::vector<std::string_view> items;
  while (!list.empty()) items.push_back(take_list_item(list));
  EXPECT_EQ(items, (std::vector<std::string_view>{"a", "", "b"}));
}

}  // namespace
}  // namespace penstock
