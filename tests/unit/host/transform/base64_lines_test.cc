// Joining the lines of wrapped base64.
#include "host/transform/base64_lines.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace penstock::host {
namespace {

using Texts = std::vector<std::string>;

// Returns "1:text" for each text of the lines, of which "" is an empty one.
Texts joined(const Texts& lines, size_t limit = 10'000) {
  Texts out;
  Base64Lines base64(limit, [&](const Base64Lines::Text& text) {
    out.push_back(std::to_string(text.line) + ":" + (text.too_large ? "too large" : std::string(text.text)));
  });
  int64_t number = 0;
  for (const std::string& line : lines)
    if (++number; !line.empty()) base64.line(line, number);
  base64.end();
  return out;
}

std::string full(char c, size_t width = 76) { return std::string(width, c); }
std::string gzip_line(size_t width = 76) { return "H4sI" + std::string(width - 4, 'A'); }

TEST(base64_lines, full_lines_continue_until_a_shorter_one) {
  for (const size_t width : {76U, 64U})
    EXPECT_EQ(joined({gzip_line(width), full('b', width), "cc==", "H4sIdd==", gzip_line(width)}),
              (Texts{"1:" + gzip_line(width) + full('b', width) + "cc==", "4:H4sIdd==", "5:" + gzip_line(width)}));
}

TEST(base64_lines, lines_of_another_width_are_separate_texts) {
  for (const size_t size : {4U, 63U, 65U, 75U, 77U, 1000U})
    EXPECT_EQ(joined({full('a', size), full('b', size)}), (Texts{"1:" + full('a', size), "2:" + full('b', size)}));
}

TEST(base64_lines, a_text_with_a_full_last_line_ends_before_another_text_or_at_padding) {
  EXPECT_EQ(joined({gzip_line(), gzip_line(), "cc=="}), (Texts{"1:" + gzip_line(), "2:" + gzip_line() + "cc=="}));
  EXPECT_EQ(joined({gzip_line(), full('b', 74) + "==", full('c'), "d"}),
            (Texts{"1:" + gzip_line() + full('b', 74) + "==", "3:" + full('c') + "d"}));
}

TEST(base64_lines, an_empty_line_other_text_or_a_longer_line_ends_a_text) {
  EXPECT_EQ(joined({gzip_line(), "", "bbbb"}), (Texts{"1:" + gzip_line(), "3:bbbb"}));
  EXPECT_EQ(joined({gzip_line(), "no base64", "cccc"}), (Texts{"1:" + gzip_line(), "2:no base64", "3:cccc"}));
  EXPECT_EQ(joined({gzip_line(64), full('b', 65)}), (Texts{"1:" + gzip_line(64), "2:" + full('b', 65)}));
}

TEST(base64_lines, a_damaged_line_of_full_width_stays_in_its_text) {
  const std::string damaged = full('b', 75) + "!";
  EXPECT_EQ(joined({gzip_line(), damaged, "cccc", "H4sI"}),
            (Texts{"1:" + gzip_line() + damaged + "cccc", "4:H4sI"}));
}

TEST(base64_lines, a_text_over_the_limit_does_not_affect_others) {
  EXPECT_EQ(joined({gzip_line(), "bbbb", "H4sI"}, 80), (Texts{"1:" + gzip_line() + "bbbb", "3:H4sI"}));
  EXPECT_EQ(joined({gzip_line(), "bbbb", "H4sI"}, 79), (Texts{"1:too large", "3:H4sI"}));
  EXPECT_EQ(joined({gzip_line(), full('b'), full('c'), "dddd", "H4sI"}, 80), (Texts{"1:too large", "5:H4sI"}));
}

}  // namespace
}  // namespace penstock::host
