// All versions of copy_plain() copy what a byte-by-byte loop copies.
#include "base/copy_plain.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace penstock {
namespace {

size_t plain_bytes(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x20 &&
         static_cast<unsigned char>(text[at]) < 0x80 && text[at] != '"' && text[at] != '\\')
    ++at;
  return at;
}

void expect_copied(const std::string& text) {
  // Exact memory, so that a sanitizer sees any access outside of it.
  const std::string exact = text;
  for (const CopyPlain copy : versions_of_copy_plain()) {
    if (copy == nullptr) continue;
    std::string to(text.size() + kCopyOverrun, '<');
    const size_t copied = copy(to.data(), exact);
    ASSERT_EQ(copied, plain_bytes(text)) << text;
    ASSERT_EQ(to.substr(0, copied), text.substr(0, copied));
  }
}

TEST(copy_plain, every_byte_is_copied_or_stops_the_copy_at_each_place) {
  for (int byte = 0; byte < 256; ++byte)
    for (size_t size = 1; size < 200; size += 1 + size / 40)
      for (const size_t at : {size_t{0}, size / 2, size - 1}) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(byte);
        expect_copied(text);
      }
}

TEST(copy_plain, all_sizes_around_those_of_vectors_are_copied) {
  for (size_t size = 0; size < 300; ++size) expect_copied(std::string(size, 'x'));
}

TEST(copy_plain, random_text_is_copied_as_by_a_simple_loop) {
  std::mt19937 random(42);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 300, ' ');
    for (char& c : text) c = static_cast<char>(0x23 + random() % 0x39);
    if (!text.empty() && random() % 2 == 0) text[random() % text.size()] = static_cast<char>(random());
    expect_copied(text);
  }
}

}  // namespace
}  // namespace penstock
