#include "base/coded_text.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(coded_text, a_code_is_ps_and_four_digits_before_a_colon) {
  const CodedText parts = split_code("PS0123: no stream 'a': gone");
  EXPECT_EQ(parts.id, "PS0123");
  EXPECT_EQ(parts.text, "no stream 'a': gone");
  for (const char* plain : {"", "PS0123", "PS0123:x", "PS012: x", "PS012a: x", "XS0123: x", "a PS0123: x"}) {
    EXPECT_EQ(split_code(plain).id, "") << plain;
    EXPECT_EQ(split_code(plain).text, plain);
  }
}

TEST(coded_text, a_text_keeps_its_code_and_gets_one_if_it_has_none) {
  EXPECT_EQ(ensure_coded("PS0123: text", "PS0950"), "PS0123: text");
  EXPECT_EQ(ensure_coded("text", "PS0950"), "PS0950: text");
}

TEST(coded_text, context_follows_the_code) {
  EXPECT_EQ(in_context("closing", "PS0123: text"), "PS0123: closing: text");
  EXPECT_EQ(in_context("closing", "text"), "closing: text");
}

}  // namespace
}  // namespace penstock
