#include "fluentbit/msgpack/msgpack_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::fluentbit {
namespace {

using namespace std::string_literals;
using Kind = MsgpackToken::Kind;

// Returns the token that consists of these bytes, all of them.
MsgpackToken token_of(std::string_view bytes) {
  MsgpackReader reader(bytes);
  MsgpackToken token;
  EXPECT_TRUE(reader.next(token) && reader.done());
  return token;
}

TEST(fluentbit_msgpack_reader, every_integer_encoding_is_read) {
  const auto positive = [](std::string_view bytes) {
    const MsgpackToken token = token_of(bytes);
    EXPECT_EQ(token.kind, Kind::unsigned_integer);
    return token.unsigned_integer;
  };
  EXPECT_EQ(positive("\x00"s), 0u);
  EXPECT_EQ(positive("\x7f"s), 127u);
  EXPECT_EQ(positive("\xcc\xff"s), 255u);
  EXPECT_EQ(positive("\xcd\xff\xfe"s), 65534u);
  EXPECT_EQ(positive("\xce\xff\xff\xff\xfe"s), 4294967294u);
  EXPECT_EQ(positive("\xcf\xff\xff\xff\xff\xff\xff\xff\xfe"s), UINT64_MAX - 1);
  EXPECT_EQ(positive("\xd0\x7f"s), 127u);
  EXPECT_EQ(positive("\xd1\x7f\xff"s), 32767u);
  EXPECT_EQ(positive("\xd2\x7f\xff\xff\xff"s), 2147483647u);
  EXPECT_EQ(positive("\xd3\x7f\xff\xff\xff\xff\xff\xff\xff"s), uint64_t{INT64_MAX});
  const auto negative = [](std::string_view bytes) {
    const MsgpackToken token = token_of(bytes);
    EXPECT_EQ(token.kind, Kind::integer);
    return token.integer;
  };
  EXPECT_EQ(negative("\xff"s), -1);
  EXPECT_EQ(negative("\xe0"s), -32);
  EXPECT_EQ(negative("\xd0\x80"s), -128);
  EXPECT_EQ(negative("\xd1\x80\x00"s), -32768);
  EXPECT_EQ(negative("\xd2\x80\x00\x00\x00"s), INT32_MIN);
  EXPECT_EQ(negative("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"s), INT64_MIN);
}

TEST(fluentbit_msgpack_reader, null_booleans_and_both_float_sizes_are_read) {
  EXPECT_EQ(token_of("\xc0").kind, Kind::nil);
  EXPECT_EQ(token_of("\xc2").kind, Kind::boolean);
  EXPECT_FALSE(token_of("\xc2").boolean);
  EXPECT_TRUE(token_of("\xc3").boolean);
  EXPECT_EQ(token_of("\xca\x3f\xc0\x00\x00"s).kind, Kind::real);
  EXPECT_EQ(token_of("\xca\x3f\xc0\x00\x00"s).real, 1.5);
  EXPECT_TRUE(token_of("\xca\x3f\xc0\x00\x00"s).single);
  EXPECT_EQ(token_of("\xcb\xbf\xf8\x00\x00\x00\x00\x00\x00"s).real, -1.5);
  EXPECT_FALSE(token_of("\xcb\xbf\xf8\x00\x00\x00\x00\x00\x00"s).single);
}

TEST(fluentbit_msgpack_reader, every_string_and_binary_encoding_is_read) {
  const auto expect = [](const std::string& header, size_t size, Kind kind, int ext_type = 0) {
    const std::string bytes = header + std::string(size, 'x');
    const MsgpackToken token = token_of(bytes);
    EXPECT_EQ(token.kind, kind);
    EXPECT_EQ(token.bytes.data(), bytes.data() + header.size());
    EXPECT_EQ(token.bytes.size(), size);
    if (kind == Kind::ext) EXPECT_EQ(token.ext_type, ext_type);
  };
  expect("\xa0", 0, Kind::text);
  expect("\xbf", 31, Kind::text);
  expect("\xd9\x03", 3, Kind::text);
  expect("\xda\x01\x02"s, 258, Kind::text);
  expect("\xdb\x00\x01\x00\x02"s, 65538, Kind::text);
  expect("\xc4\x00"s, 0, Kind::binary);
  expect("\xc5\x01\x02"s, 258, Kind::binary);
  expect("\xc6\x00\x01\x00\x02"s, 65538, Kind::binary);
  expect("\xd4\x05", 1, Kind::ext, 5);
  expect("\xd5\xff", 2, Kind::ext, -1);
  expect("\xd6\x7f", 4, Kind::ext, 127);
  expect("\xd7\x00"s, 8, Kind::ext, 0);
  expect("\xd8\x80", 16, Kind::ext, -128);
  expect("\xc7\x00\x05"s, 0, Kind::ext, 5);
  expect("\xc7\x03\x05", 3, Kind::ext, 5);
  expect("\xc8\x01\x02\x05", 258, Kind::ext, 5);
  expect("\xc9\x00\x01\x00\x02\x05"s, 65538, Kind::ext, 5);
}

TEST(fluentbit_msgpack_reader, a_header_is_read_without_its_elements) {
  const auto expect = [](const std::string& header, Kind kind, size_t count) {
    const std::string bytes = header + std::string(2 * count, '\x01');
    MsgpackReader reader(bytes);
    MsgpackToken token;
    ASSERT_TRUE(reader.next(token));
    EXPECT_EQ(token.kind, kind);
    EXPECT_EQ(token.count, count);
    EXPECT_EQ(reader.at(), bytes.data() + header.size());
  };
  expect("\x90", Kind::array, 0);
  expect("\x9f", Kind::array, 15);
  expect("\xdc\x01\x02", Kind::array, 258);
  expect("\xdd\x00\x01\x00\x02"s, Kind::array, 65538);
  expect("\x80", Kind::map, 0);
  expect("\x8f", Kind::map, 15);
  expect("\xde\x01\x02", Kind::map, 258);
  expect("\xdf\x00\x01\x00\x02"s, Kind::map, 65538);
}

// One value that contains every form.
const std::string kEverything =
    "\xdc\x00\x18"s
    "\x01\xff\xc0\xc2\xc3"
    "\xcc\x80\xcd\x01\x00\xce\x00\x01\x00\x00\xcf\x00\x00\x00\x01\x00\x00\x00\x00"
    "\xd0\x80\xd1\x80\x00\xd2\x80\x00\x00\x00\xd3\x80\x00\x00\x00\x00\x00\x00\x00"
    "\xca\x3f\xc0\x00\x00\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00"
    "\xa1x\xd9\x01x\xda\x00\x01x\xc4\x01\xff\xd4\x05\xff\xc7\x02\x05\xff\xff"
    "\x81\xa1k\x92\x01\x02\xdd\x00\x00\x00\x01\x80\xdf\x00\x00\x00\x01\x01\x90"s;

TEST(fluentbit_msgpack_reader, a_complete_value_is_returned_as_its_bytes) {
  const std::string bytes = kEverything + "\x01";
  MsgpackReader reader(bytes);
  EXPECT_EQ(reader.value(), kEverything);
  EXPECT_EQ(reader.value(), "\x01");
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(reader.value().data(), nullptr);
}

TEST(fluentbit_msgpack_reader, a_value_truncated_at_any_byte_is_not_read) {
  for (size_t size = 0; size < kEverything.size(); ++size) {
    const std::vector<char> cut(kEverything.begin(), kEverything.begin() + static_cast<ptrdiff_t>(size));
    MsgpackReader reader({cut.data(), cut.size()});
    const char* const at = reader.at();
    EXPECT_EQ(reader.value().data(), nullptr) << size;
    EXPECT_EQ(reader.at(), at) << size;
    for (MsgpackToken token; reader.next(token);) EXPECT_LE(reader.at(), cut.data() + cut.size());
  }
}

TEST(fluentbit_msgpack_reader, a_count_larger_than_the_remaining_bytes_is_rejected_at_once) {
  MsgpackToken token;
  EXPECT_FALSE(MsgpackReader("\xdf\xff\xff\xff\xff\x01"s).next(token));
  EXPECT_FALSE(MsgpackReader("\xdd\xff\xff\xff\xff\x01"s).next(token));
  EXPECT_FALSE(MsgpackReader("\xdb\xff\xff\xff\xffx"s).next(token));
  EXPECT_FALSE(MsgpackReader("\xc6\xff\xff\xff\xffx"s).next(token));
  EXPECT_FALSE(MsgpackReader("\xc9\xff\xff\xff\xff\x05x"s).next(token));
  EXPECT_TRUE(MsgpackReader("\x92\x01\x02"s).next(token));
  EXPECT_FALSE(MsgpackReader("\x92\x01"s).next(token));
  EXPECT_TRUE(MsgpackReader("\x82\x01\x02\x03\x04"s).next(token));
  EXPECT_FALSE(MsgpackReader("\x82\x01\x02\x03"s).next(token));
}

TEST(fluentbit_msgpack_reader, the_unused_msgpack_byte_is_not_a_value) {
  MsgpackToken token;
  MsgpackReader reader("\xc1");
  EXPECT_FALSE(reader.next(token));
  EXPECT_FALSE(reader.done());
  EXPECT_EQ(MsgpackReader("\x92\x01\xc1"s).value().data(), nullptr);
}

TEST(fluentbit_msgpack_reader, values_may_be_nested_to_any_depth) {
  const std::string deep = std::string(1'000'000, '\x91') + "\x01";
  EXPECT_EQ(MsgpackReader(deep).value().size(), deep.size());
  EXPECT_EQ(MsgpackReader(std::string_view(deep).substr(0, 1'000'000)).value().data(), nullptr);
}

TEST(fluentbit_msgpack_reader, msgpack_from_any_bytes_is_never_read_past_the_end) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 1000; ++round) {
      std::vector<char> bytes(random() % 48);
      for (char& c : bytes) c = static_cast<char>(random() % 4 == 0 ? 0x80 + random() % 0x70 : random());
      MsgpackReader reader({bytes.data(), bytes.size()});
      size_t read = 0;
      for (;;) {
        const std::string_view value = reader.value();
        if (value.data() == nullptr) break;
        ASSERT_EQ(value.data(), bytes.data() + read);
        read += value.size();
        ASSERT_LE(read, bytes.size());
      }
      MsgpackReader tokens({bytes.data(), bytes.size()});
      for (MsgpackToken token; tokens.next(token);) ASSERT_LE(tokens.at(), bytes.data() + bytes.size());
    }
  }
}

}  // namespace
}  // namespace penstock::fluentbit
