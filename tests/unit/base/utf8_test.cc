#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock {
namespace {

TEST(utf8, steps_cover_whole_characters) {
  for (uint32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
    if (code_point >= 0xD800 && code_point < 0xE000) continue;
    char bytes[4];
    const char* const end = put_utf8(bytes, code_point);
    const Utf8Step step = utf8_step(bytes, end);
    ASSERT_TRUE(step.valid) << std::hex << code_point;
    ASSERT_EQ(step.code_point, code_point);
    ASSERT_EQ(step.size, static_cast<size_t>(end - bytes)) << std::hex << code_point;
  }
}

TEST(utf8, steps_never_read_past_the_end) {
  const std::string text = "\xF0\x9F\x98\x80";
  for (size_t size = 1; size < text.size(); ++size) {
    const Utf8Step step = utf8_step(text.data(), text.data() + size);
    EXPECT_FALSE(step.valid);
    EXPECT_EQ(step.size, size);
  }
}

TEST(utf8, text_is_utf8_if_every_part_is_well_formed) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("a\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x98\x80"));
  for (const char* bad : {"\xFF", "a\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80"})
    EXPECT_FALSE(is_utf8(bad));
}

}  // namespace
}  // namespace penstock
