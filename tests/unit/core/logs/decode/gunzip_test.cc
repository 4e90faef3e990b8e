#include "core/logs/decode/gunzip.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/gzip.h"

namespace penstock::logs {
namespace {

constexpr size_t kLimit = 1 << 20;

struct Inflated {
  Status status;
  std::string text;
  size_t memory_bytes = 0;
};

// Runs each test with both libraries, or with zlib alone if libdeflate is not built in.
class gunzip : public testing::TestWithParam<Inflater> {
 protected:
  static Inflated inflate(const std::string& data, size_t limit_bytes = kLimit) {
    Inflated result;
    Gunzip gunzip(GetParam());
    TextBuffer out;
    result.status = gunzip.inflate(data, limit_bytes, out);
    result.text = out.view();
    result.memory_bytes = out.capacity();
    return result;
  }
};

// Returns text that does not compress well, so that sizes are not dominated by headers.
std::string noise(size_t size) {
  std::string text;
  uint32_t state = 12345;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += static_cast<char>(' ' + (state >> 24) % 90);
  }
  return text;
}

TEST_P(gunzip, a_gzip_member_is_inflated_completely) {
  for (const size_t size : {0u, 1u, 100u, 65536u, 300000u}) {
    const std::string text = noise(size);
    const Inflated result = inflate(gzip(text));
    EXPECT_TRUE(result.status.ok()) << result.status.message();
    EXPECT_EQ(result.text, text);
  }
}

TEST_P(gunzip, consecutive_gzip_members_are_joined) {
  const Inflated result = inflate(gzip("one ") + gzip("") + gzip(noise(5000)));
  EXPECT_TRUE(result.status.ok()) << result.status.message();
  EXPECT_EQ(result.text, "one " + noise(5000));
}

TEST_P(gunzip, zero_bytes_after_the_last_member_are_padding) {
  const Inflated result = inflate(gzip("one ") + gzip("two") + std::string(513, '\0'));
  EXPECT_TRUE(result.status.ok()) << result.status.message();
  EXPECT_EQ(result.text, "one two");
}

TEST_P(gunzip, line_ends_and_zero_bytes_between_gzip_members_are_padding) {
  using namespace std::string_literals;
  for (const std::string& padding : {"\n"s, "\r\n"s, "\r"s, "\n\n\r\n"s, "\n\0\0"s, "\0\0\n"s, "\0"s}) {
    for (const std::string& end : {""s, padding}) {
      const Inflated result = inflate(gzip("one ") + padding + gzip("two ") + padding + gzip("three") + end);
      EXPECT_TRUE(result.status.ok()) << result.status.message();
      EXPECT_EQ(result.text, "one two three");
    }
    const Inflated cut = inflate(gzip("one ") + padding + gzip("two").substr(0, 15));
    EXPECT_EQ(cut.status.code(), Code::invalid);
    EXPECT_EQ(cut.text, "one ");
    const Inflated other = inflate(gzip("one ") + padding + "{}");
    EXPECT_EQ(other.status.code(), Code::invalid);
    EXPECT_EQ(other.text, "one ");
  }
}

TEST_P(gunzip, other_data_after_the_last_member_is_reported_and_the_members_are_kept) {
  const Inflated result = inflate(gzip("one ") + gzip("two") + std::string(3, '\0') + "rubbish\x1b");
  EXPECT_EQ(result.status.code(), Code::invalid);
  EXPECT_NE(result.status.message().find("rubbish\\x1b"), std::string::npos) << result.status.message();
  EXPECT_EQ(result.text, "one two");
}

TEST_P(gunzip, a_result_of_exactly_the_inflate_limit_is_allowed) {
  for (const std::string& text : {noise(1000), std::string(1000, 'a')}) {
    EXPECT_TRUE(inflate(gzip(text), 1000).status.ok());
    EXPECT_EQ(inflate(gzip(text), 1000).text, text);
    EXPECT_EQ(inflate(gzip(text), 999).status.code(), Code::too_large);
    EXPECT_NE(inflate(gzip(text), 999).status.message().find("999"), std::string::npos);
  }
}

TEST_P(gunzip, the_inflate_limit_counts_all_members_together) {
  const std::string data = gzip(noise(600)) + gzip(noise(400));
  EXPECT_TRUE(inflate(data, 1000).status.ok());
  const Inflated result = inflate(data, 999);
  EXPECT_EQ(result.status.code(), Code::too_large);
  EXPECT_EQ(result.text, noise(600));
}

TEST_P(gunzip, a_gzip_bomb_uses_no_more_memory_than_the_limit) {
  const std::string bomb = gzip(std::string(64 << 20, 'a'), 9);
  ASSERT_LT(bomb.size(), 70000u);
  const Inflated result = inflate(bomb, 4 << 20);
  EXPECT_EQ(result.status.code(), Code::too_large);
  EXPECT_LE(result.memory_bytes, (4u << 20) + 64);
}

TEST_P(gunzip, a_false_size_in_the_trailer_is_detected_without_a_large_buffer) {
  std::string data = gzip(noise(1000));
  for (size_t index = 1; index <= 4; ++index) data[data.size() - index] = '\xff';
  const Inflated result = inflate(data, size_t{1} << 32);
  EXPECT_EQ(result.status.code(), Code::invalid);
  EXPECT_LE(result.memory_bytes, data.size() * 1100);
}

TEST_P(gunzip, gzip_data_truncated_anywhere_is_invalid) {
  const std::string whole = gzip(noise(300));
  for (size_t size = 2; size < whole.size(); ++size) {
    const Inflated result = inflate(whole.substr(0, size));
    EXPECT_EQ(result.status.code(), Code::invalid) << "cut to " << size;
    EXPECT_NE(result.status.message().find("it is truncated"), std::string::npos) << result.status.message();
    EXPECT_EQ(result.text, "");
  }
}

TEST_P(gunzip, gzip_data_with_a_changed_byte_never_gives_the_original) {
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

TEST_P(gunzip, an_inflater_works_after_damaged_data) {
  Gunzip one(GetParam());
  TextBuffer out;
  EXPECT_FALSE(one.inflate(gzip(noise(1000)).substr(0, 500), kLimit, out).ok());
  EXPECT_TRUE(one.inflate(gzip("good"), kLimit, out).ok());
  EXPECT_EQ(out.view(), "good");
}

TEST_P(gunzip, plain_text_is_not_gzip) {
  EXPECT_FALSE(Gunzip::looks_like_gzip(""));
  EXPECT_FALSE(Gunzip::looks_like_gzip("\x1f"));
  EXPECT_FALSE(Gunzip::looks_like_gzip("{}"));
  EXPECT_TRUE(Gunzip::looks_like_gzip(gzip("")));
  EXPECT_EQ(inflate("{}").status.code(), Code::invalid);
  EXPECT_EQ(inflate("").status.code(), Code::invalid);
  EXPECT_EQ(inflate(std::string(3, '\0')).status.code(), Code::invalid);
}

TEST_P(gunzip, a_member_with_an_unusual_ratio_is_inflated_completely) {
  const std::string text(kLimit, 'a');
  const std::string data = gzip(text, 9);
  ASSERT_LT(data.size() * 500, text.size());
  EXPECT_EQ(inflate(data).text, text);
  EXPECT_EQ(inflate(data, kLimit - 1).status.code(), Code::too_large);
}

TEST_P(gunzip, a_false_size_uses_no_more_than_a_few_times_the_text) {
  // Only the size at the end of the data is used, and only as a first guess: here 0, 0x03000000 and 0xFFFFFFFF
  // bytes.
  const std::string text = noise(200000);
  for (const std::string& tail : {gzip(""), gzip("abc") + std::string(3, '\0'), std::string(4, '\xff')}) {
    const bool is_good = tail[0] == '\x1f';
    const Inflated result = inflate(gzip(text) + tail, size_t{1} << 30);
    EXPECT_EQ(result.status.ok(), is_good) << result.status.message();
    EXPECT_EQ(result.text.substr(0, text.size()), text);
    EXPECT_LE(result.memory_bytes, 64 * (gzip(text) + tail).size() + 64);
  }
  const Inflated result = inflate(gzip(text) + gzip(""), size_t{1} << 30);
  EXPECT_LE(result.memory_bytes, 2 * text.size() + 64);
}

TEST_P(gunzip, both_inflaters_report_the_same_errors) {
  const std::string whole = gzip(noise(300)) + gzip("two");
  for (size_t index = 0; index < whole.size(); ++index) {
    for (const int change : {0x01, 0x02, 0x15, 0xff}) {
      std::string changed = whole;
      changed[index] = static_cast<char>(changed[index] ^ change);
      TextBuffer out;
      const Status expected = Gunzip(Inflater::zlib).inflate(changed, kLimit, out);
      const Inflated result = inflate(changed);
      EXPECT_EQ(result.status.message(), expected.message()) << "byte " << index << ", change " << change;
      EXPECT_EQ(result.text, out.view()) << "byte " << index << ", change " << change;
    }
  }
}

TEST_P(gunzip, a_gzip_header_may_have_a_name_and_a_checksum_that_is_verified) {
  // ID1 ID2 CM FLG MTIME XFL OS, then the name, then the last two bytes of the CRC-32 of all that (RFC 1952, 2.3).
  std::string header("\x1f\x8b\x08\x0a\0\0\0\0\0\x03name\0", 15);
  const uLong sum = crc32(0, reinterpret_cast<const Bytef*>(header.data()), static_cast<uInt>(header.size()));
  const std::string body = gzip("text").substr(10);
  header += static_cast<char>(sum & 0xff);
  header += static_cast<char>(sum >> 8 & 0xff);
  EXPECT_EQ(inflate(header + body).text, "text");
  header.back() = static_cast<char>(header.back() ^ 1);
  EXPECT_EQ(inflate(header + body).status.code(), Code::invalid);
}

INSTANTIATE_TEST_SUITE_P(by, gunzip,
                         testing::ValuesIn(FastInflate::is_built_in()
                                               ? std::vector{Inflater::zlib, Inflater::libdeflate}
                                               : std::vector{Inflater::zlib}),
                         [](const auto& of) { return of.param == Inflater::zlib ? "zlib" : "libdeflate"; });

}  // namespace
}  // namespace penstock::logs
