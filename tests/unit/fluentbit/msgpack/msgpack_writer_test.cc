#include "fluentbit/msgpack/msgpack_writer.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock::fluentbit {
namespace {

using namespace std::string_literals;

template <typename Write>
std::string written(Write write) {
  std::string out;
  MsgpackWriter writer(out);
  write(writer);
  return out;
}

TEST(fluentbit_msgpack_writer, integers_have_their_shortest_encoding_at_each_limit) {
  const auto integer = [](int64_t value) { return written([&](MsgpackWriter& out) { out.integer(value); }); };
  EXPECT_EQ(integer(0), "\0"s);
  EXPECT_EQ(integer(127), "\x7f"s);
  EXPECT_EQ(integer(128), "\xcc\x80"s);
  EXPECT_EQ(integer(255), "\xcc\xff"s);
  EXPECT_EQ(integer(256), "\xcd\x01\x00"s);
  EXPECT_EQ(integer(65535), "\xcd\xff\xff"s);
  EXPECT_EQ(integer(65536), "\xce\x00\x01\x00\x00"s);
  EXPECT_EQ(integer(4294967295), "\xce\xff\xff\xff\xff"s);
  EXPECT_EQ(integer(4294967296), "\xcf\x00\x00\x00\x01\x00\x00\x00\x00"s);
  EXPECT_EQ(integer(INT64_MAX), "\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"s);
  EXPECT_EQ(integer(-1), "\xff"s);
  EXPECT_EQ(integer(-32), "\xe0"s);
  EXPECT_EQ(integer(-33), "\xd0\xdf"s);
  EXPECT_EQ(integer(-128), "\xd0\x80"s);
  EXPECT_EQ(integer(-129), "\xd1\xff\x7f"s);
  EXPECT_EQ(integer(-32768), "\xd1\x80\x00"s);
  EXPECT_EQ(integer(-32769), "\xd2\xff\xff\x7f\xff"s);
  EXPECT_EQ(integer(INT32_MIN), "\xd2\x80\x00\x00\x00"s);
  EXPECT_EQ(integer(int64_t{INT32_MIN} - 1), "\xd3\xff\xff\xff\xff\x7f\xff\xff\xff"s);
  EXPECT_EQ(integer(INT64_MIN), "\xd3\x80\x00\x00\x00\x00\x00\x00\x00"s);
  EXPECT_EQ(written([](MsgpackWriter& out) { out.unsigned_integer(UINT64_MAX); }),
            "\xcf\xff\xff\xff\xff\xff\xff\xff\xff"s);
}

TEST(fluentbit_msgpack_writer, null_booleans_and_doubles_have_one_encoding) {
  EXPECT_EQ(written([](MsgpackWriter& out) { out.nil(); }), "\xc0"s);
  EXPECT_EQ(written([](MsgpackWriter& out) { out.boolean(false); }), "\xc2"s);
  EXPECT_EQ(written([](MsgpackWriter& out) { out.boolean(true); }), "\xc3"s);
  EXPECT_EQ(written([](MsgpackWriter& out) { out.real(1.5); }), "\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00"s);
}

TEST(fluentbit_msgpack_writer, strings_and_binaries_have_their_shortest_header_at_each_limit) {
  const auto text = [](size_t size) {
    return written([&](MsgpackWriter& out) { out.text(std::string(size, 'x')); });
  };
  EXPECT_EQ(text(0), "\xa0"s);
  EXPECT_EQ(text(31).substr(0, 2), "\xbfx"s);
  EXPECT_EQ(text(32).substr(0, 3), "\xd9\x20x"s);
  EXPECT_EQ(text(255).substr(0, 3), "\xd9\xffx"s);
  EXPECT_EQ(text(256).substr(0, 4), "\xda\x01\x00x"s);
  EXPECT_EQ(text(65535).substr(0, 4), "\xda\xff\xffx"s);
  EXPECT_EQ(text(65536).substr(0, 6), "\xdb\x00\x01\x00\x00x"s);
  EXPECT_EQ(text(65536).size(), 65541u);
  const auto binary = [](size_t size) {
    return written([&](MsgpackWriter& out) { out.binary(std::string(size, 'x')); });
  };
  EXPECT_EQ(binary(0), "\xc4\x00"s);
  EXPECT_EQ(binary(255).substr(0, 3), "\xc4\xffx"s);
  EXPECT_EQ(binary(256).substr(0, 4), "\xc5\x01\x00x"s);
  EXPECT_EQ(binary(65535).substr(0, 4), "\xc5\xff\xffx"s);
  EXPECT_EQ(binary(65536).substr(0, 6), "\xc6\x00\x01\x00\x00x"s);
}

TEST(fluentbit_msgpack_writer, arrays_and_maps_have_their_shortest_header_at_each_limit) {
  const auto array = [](size_t count) { return written([&](MsgpackWriter& out) { out.array(count); }); };
  EXPECT_EQ(array(0), "\x90"s);
  EXPECT_EQ(array(15), "\x9f"s);
  EXPECT_EQ(array(16), "\xdc\x00\x10"s);
  EXPECT_EQ(array(65535), "\xdc\xff\xff"s);
  EXPECT_EQ(array(65536), "\xdd\x00\x01\x00\x00"s);
  const auto map = [](size_t count) { return written([&](MsgpackWriter& out) { out.map(count); }); };
  EXPECT_EQ(map(0), "\x80"s);
  EXPECT_EQ(map(15), "\x8f"s);
  EXPECT_EQ(map(16), "\xde\x00\x10"s);
  EXPECT_EQ(map(65535), "\xde\xff\xff"s);
  EXPECT_EQ(map(65536), "\xdf\x00\x01\x00\x00"s);
}

TEST(fluentbit_msgpack_writer, an_event_time_is_ext_0_with_seconds_and_nanoseconds) {
  EXPECT_EQ(written([](MsgpackWriter& out) { out.event_time(1566741555269); }),
            "\xd7\x00\x5d\x62\x94\x33\x10\x08\x9d\x40"s);
}

TEST(fluentbit_msgpack_writer, every_agent_accepts_an_event_time) {
  const auto time = [](int64_t ms) { return written([&](MsgpackWriter& out) { out.event_time(ms); }); };
  EXPECT_EQ(time(0), "\xd7\x00\x00\x00\x00\x00\x00\x00\x00\x00"s);
  EXPECT_EQ(time(-1), time(0));
  EXPECT_EQ(time(INT64_MIN), time(0));
  EXPECT_EQ(time(2147483647999), "\xd7\x00\x7f\xff\xff\xff\x3b\x8b\x87\xc0"s);
  EXPECT_EQ(time(2147483648000), time(2147483647999)) << "a group marker before 5.1.1";
  EXPECT_EQ(time(INT64_MAX), time(2147483647999));
}

}  // namespace
}  // namespace penstock::fluentbit
