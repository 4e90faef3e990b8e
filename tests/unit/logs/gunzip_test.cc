#include "core/logs/gunzip.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/gzip.h"

namespace penstock {
namespace {

constexpr size_t kLimit = 1 << 20;

struct Inflated {
  Status status;
  std::string text;
};

Inflated inflate(const std::string& data, size_t limit_bytes = kLimit) {
  Inflated result;
  Gunzip gunzip;
  result.status = gunzip.inflate(data, limit_bytes, result.text);
  return result;
}

// Text that does not compress well, so that sizes are not all header.
std::string noise(size_t size) {
  std::string text;
  uint32_t state = 12345;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += static_cast<char>(' ' + (state >> 24) % 90);
  }
  return text;
}

TEST(gunzip, a_member_is_inflated_whole) {
  for (const size_t size : {0u, 1u, 100u, 65536u, 300000u}) {
    const std::string text = noise(size);
    const Inflated result = inflate(gzip(text));
    EXPECT_TRUE(result.status.ok()) << result.status.message();
    EXPECT_EQ(result.text, text);
  }
}

TEST(gunzip, members_one_behind_the_other_are_joined) {
  const Inflated result = inflate(gzip("one ") + gzip("") + gzip(noise(5000)));
  EXPECT_TRUE(result.status.ok()) << result.status.message();
  EXPECT_EQ(result.text, "one " + noise(5000));
}

TEST(gunzip, zero_bytes_behind_the_last_member_are_padding) {
  const Inflated result = inflate(gzip("one ") + gzip("two") + std::string(513, '\0'));
  EXPECT_TRUE(result.status.ok()) << result.status.message();
  EXPECT_EQ(result.text, "one two");
}

TEST(gunzip, something_else_behind_the_last_member_is_told_and_the_members_are_kept) {
  const Inflated result = inflate(gzip("one ") + gzip("two") + std::string(3, '\0') + "rubbish\x1b");
  EXPECT_EQ(result.status.code(), Code::invalid);
  EXPECT_NE(result.status.message().find("rubbish\\x1b"), std::string::npos) << result.status.message();
  EXPECT_EQ(result.text, "one two");
}

TEST(gunzip, the_limit_is_the_last_size_that_is_allowed) {
  for (const std::string& text : {noise(1000), std::string(1000, 'a')}) {
    EXPECT_TRUE(inflate(gzip(text), 1000).status.ok());
    EXPECT_EQ(inflate(gzip(text), 1000).text, text);
    EXPECT_EQ(inflate(gzip(text), 999).status.code(), Code::too_large);
    EXPECT_NE(inflate(gzip(text), 999).status.message().find("999"), std::string::npos);
  }
}

TEST(gunzip, the_limit_counts_all_members_together) {
  const std::string data = gzip(noise(600)) + gzip(noise(400));
  EXPECT_TRUE(inflate(data, 1000).status.ok());
  const Inflated result = inflate(data, 999);
  EXPECT_EQ(result.status.code(), Code::too_large);
  EXPECT_EQ(result.text, noise(600));
}

TEST(gunzip, a_bomb_costs_no_more_memory_than_the_limit) {
  const std::string bomb = gzip(std::string(64 << 20, 'a'), 9);
  ASSERT_LT(bomb.size(), 70000u);
  const Inflated result = inflate(bomb, 4 << 20);
  EXPECT_EQ(result.status.code(), Code::too_large);
  EXPECT_LE(result.text.capacity(), (4u << 20) + 64);
}

TEST(gunzip, a_size_that_lies_in_the_trailer_is_found_out_without_a_large_buffer) {
  std::string data = gzip(noise(1000));
  for (size_t index = 1; index <= 4; ++index) data[data.size() - index] = '\xff';
  const Inflated result = inflate(data, size_t{1} << 32);
  EXPECT_EQ(result.status.code(), Code::invalid);
  EXPECT_LE(result.text.capacity(), data.size() * 1100);
}

TEST(gunzip, data_cut_anywhere_is_invalid) {
  const std::string whole = gzip(noise(300));
  for (size_t size = 2; size < whole.size(); ++size) {
    const Inflated result = inflate(whole.substr(0, size));
    EXPECT_EQ(result.status.code(), Code::invalid) << "cut to " << size;
    EXPECT_NE(result.status.message().find("ends in the middle"), std::string::npos) << result.status.message();
    EXPECT_EQ(result.text, "");
  }
}

TEST(gunzip, data_with_a_byte_changed_is_never_taken_for_the_original) {
  const std::string text = noise(300);
  const std::string whole = gzip(text);
  for (size_t index = 10; index < whole.size(); ++index) {
    std::string changed = whole;
    changed[index] = static_cast<char>(changed[index] ^ 0x15);
    const Inflated result = inflate(changed);
    EXPECT_FALSE(result.status.ok()) << "byte " << index;
    EXPECT_EQ(result.text, "");
  }
}

TEST(gunzip, the_state_is_good_again_after_damaged_data) {
  Gunzip gunzip;
  std::string out;
  EXPECT_FALSE(gunzip.inflate(gzip(noise(1000)).substr(0, 500), kLimit, out).ok());
  EXPECT_TRUE(gunzip.inflate(gzip("good"), kLimit, out).ok());
  EXPECT_EQ(out, "good");
}

TEST(gunzip, plain_text_is_not_taken_for_gzip) {
  EXPECT_FALSE(Gunzip::looks_like_gzip(""));
  EXPECT_FALSE(Gunzip::looks_like_gzip("\x1f"));
  EXPECT_FALSE(Gunzip::looks_like_gzip("{}"));
  EXPECT_TRUE(Gunzip::looks_like_gzip(gzip("")));
  EXPECT_EQ(inflate("{}").status.code(), Code::invalid);
}

}  // namespace
}  // namespace penstock
