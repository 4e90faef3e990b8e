#include "fluentbit/msgpack/json_text.h"

#include <gtest/gtest.h>

#include <vector>

namespace penstock::fluentbit::json_text {
namespace {

TEST(fluentbit_json_text, the_first_special_byte_is_found_at_every_position_and_length) {
  for (size_t size = 0; size <= 40; ++size)
    for (size_t place = 0; place < size; ++place)
      for (int c = 0; c < 256; ++c) {
        std::vector<char> text(size, 'a');  // a sanitizer detects a read beyond it
        text[place] = static_cast<char>(c);
        const char* const end = text.data() + size;
        const bool plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
        ASSERT_EQ(end_of_plain(text.data(), end), plain ? end : text.data() + place)
            << "byte " << c << " at " << place << " of " << size;
      }
}

TEST(fluentbit_json_text, the_first_of_several_special_bytes_is_found) {
  for (size_t size = 1; size <= 40; ++size)
    for (size_t place = 0; place < size; ++place) {
      std::vector<char> text(size, 'a');
      for (size_t i = place; i < size; i += 3) text[i] = i % 2 == 0 ? '"' : '\x01';
      ASSERT_EQ(end_of_plain(text.data(), text.data() + size), text.data() + place) << place << " of " << size;
    }
}

}  // namespace
}  // namespace penstock::fluentbit::json_text
