#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <string_view>

#include "plugin/fluentbit/json_to_msgpack.h"
#include "plugin/fluentbit/log_events.h"
#include "plugin/fluentbit/msgpack_reader.h"
#include "plugin/fluentbit/msgpack_to_json.h"
#include "plugin/fluentbit/msgpack_writer.h"

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

std::string to_json(std::string_view msgpack) {
  std::string out;
  append_json(out, msgpack);
  return out;
}

std::string round_trip(std::string_view json) {
  std::string out;
  JsonToMsgpack converter;
  return converter.append(out, json) ? to_json(out) : "refused";
}

TEST(fluentbit_msgpack, integers_have_their_shortest_form_at_each_limit) {
  const auto integer = [](int64_t value) { return written([&](MsgpackWriter& out) { out.integer(value); }); };
  EXPECT_EQ(integer(127), "\x7f"s);
  EXPECT_EQ(integer(128), "\xcc\x80"s);
  EXPECT_EQ(integer(255), "\xcc\xff"s);
  EXPECT_EQ(integer(256), "\xcd\x01\x00"s);
  EXPECT_EQ(integer(65535), "\xcd\xff\xff"s);
  EXPECT_EQ(integer(65536), "\xce\x00\x01\x00\x00"s);
  EXPECT_EQ(integer(4294967295), "\xce\xff\xff\xff\xff"s);
  EXPECT_EQ(integer(4294967296), "\xcf\x00\x00\x00\x01\x00\x00\x00\x00"s);
  EXPECT_EQ(integer(-32), "\xe0"s);
  EXPECT_EQ(integer(-33), "\xd0\xdf"s);
  EXPECT_EQ(integer(-128), "\xd0\x80"s);
  EXPECT_EQ(integer(-129), "\xd1\xff\x7f"s);
  EXPECT_EQ(integer(-32768), "\xd1\x80\x00"s);
  EXPECT_EQ(integer(-32769), "\xd2\xff\xff\x7f\xff"s);
  EXPECT_EQ(integer(INT32_MIN), "\xd2\x80\x00\x00\x00"s);
  EXPECT_EQ(integer(INT64_MIN), "\xd3\x80\x00\x00\x00\x00\x00\x00\x00"s);
}

TEST(fluentbit_msgpack, texts_and_binaries_have_their_shortest_header_at_each_limit) {
  const auto text = [](size_t size) {
    return written([&](MsgpackWriter& out) { out.text(std::string(size, 'x')); });
  };
  EXPECT_EQ(text(31).substr(0, 2), "\xbfx"s);
  EXPECT_EQ(text(32).substr(0, 3), "\xd9\x20x"s);
  EXPECT_EQ(text(255).substr(0, 3), "\xd9\xffx"s);
  EXPECT_EQ(text(256).substr(0, 4), "\xda\x01\x00x"s);
  EXPECT_EQ(text(65535).substr(0, 4), "\xda\xff\xffx"s);
  EXPECT_EQ(text(65536).substr(0, 6), "\xdb\x00\x01\x00\x00x"s);
  const auto binary = [](size_t size) {
    return written([&](MsgpackWriter& out) { out.binary(std::string(size, 'x')); });
  };
  EXPECT_EQ(binary(0), "\xc4\x00"s);
  EXPECT_EQ(binary(255).substr(0, 3), "\xc4\xffx"s);
  EXPECT_EQ(binary(256).substr(0, 4), "\xc5\x01\x00x"s);
  EXPECT_EQ(binary(65536).substr(0, 6), "\xc6\x00\x01\x00\x00x"s);
}

TEST(fluentbit_msgpack, an_event_time_is_ext_0_with_seconds_and_nanoseconds) {
  const auto time = [](int64_t ms) { return written([&](MsgpackWriter& out) { out.event_time(ms); }); };
  EXPECT_EQ(time(1566741555269), "\xd7\x00\x5d\x62\x94\x33\x10\x08\x9d\x40"s);
  EXPECT_EQ(time(-5), "\xd7\x00\x00\x00\x00\x00\x00\x00\x00\x00"s);
  EXPECT_EQ(time(INT64_MAX).substr(2, 4), "\xff\xff\xff\xfd"s) << "never the marker of a group";
}

TEST(fluentbit_msgpack, json_comes_back_as_it_was) {
  for (const char* json :
       {R"({})", R"({"a":1})", R"({"a":[],"b":{},"c":[{}]})", R"({"a":null,"b":true,"c":false})",
        R"({"a":18446744073709551615,"b":-9223372036854775808,"c":9223372036854775807})",
        R"({"a":0.5,"b":-1.25e+100})", R"({"text":"é \"quoted\" \\ \n"})", R"({"a":1,"a":2})",
        R"({"":{"":[[[["deep"]]]]}})"})
    EXPECT_EQ(round_trip(json), json);
}

TEST(fluentbit_msgpack, numbers_beyond_64_bits_become_doubles_and_below_these_text) {
  EXPECT_EQ(round_trip(R"({"a":18446744073709551616})"), R"({"a":18446744073709551616.0})");
  EXPECT_EQ(round_trip(R"({"a":-9223372036854775809})"), R"({"a":-9223372036854775808.0})");
  EXPECT_EQ(round_trip(R"({"a":1e-999})"), R"({"a":"1e-999"})");
  EXPECT_EQ(round_trip(R"({"a":1e999})"), "refused");
  EXPECT_EQ(round_trip(R"({"a":1.0})"), R"({"a":1.0})");
}

TEST(fluentbit_msgpack, more_members_than_a_small_header_counts_come_back_too) {
  for (const size_t count : {65535, 65536}) {
    std::string json = "{\"many\":[1";
    for (size_t i = 1; i < count; ++i) json += ",1";
    json += "],\"after\":2}";
    EXPECT_EQ(round_trip(json), json) << count;
    json = "{\"k0\":1";
    for (size_t i = 1; i < count; ++i) json += ",\"k" + std::to_string(i) + "\":1";
    json += "}";
    EXPECT_EQ(round_trip(json), json) << count;
    std::string members;
    EXPECT_EQ(JsonToMsgpack().append_members(members, json), count);
    EXPECT_EQ(members.substr(0, 4), "\xa2k0\x01"s);
  }
}

TEST(fluentbit_msgpack, what_is_no_json_object_is_refused_and_nothing_appended) {
  JsonToMsgpack converter;
  for (const std::string& text : {""s, "1"s, "[]"s, "\"x\""s, "null"s, "{"s, R"({"a")"s, R"({"a":})"s, "{} {}"s,
                                  "{}x"s, "{\"a\":01}"s, "{}\0"s, "\0{}"s}) {
    std::string out = "before";
    EXPECT_FALSE(converter.append(out, text)) << text;
    EXPECT_FALSE(converter.append_members(out, text).has_value()) << text;
    EXPECT_EQ(out, "before");
  }
}

TEST(fluentbit_msgpack, nesting_is_bounded_both_ways) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[').insert(0, "{\"a\":") + std::string(depth, ']') + "}";
  };
  EXPECT_EQ(round_trip(nested(JsonToMsgpack::kMaxDepth - 1)), nested(JsonToMsgpack::kMaxDepth - 1));
  EXPECT_EQ(round_trip(nested(JsonToMsgpack::kMaxDepth)), "refused");
  const auto arrays = [](size_t depth) { return std::string(depth, '\x91') + "\x01"; };
  EXPECT_EQ(to_json(arrays(kMaxMsgpackDepth)),
            std::string(kMaxMsgpackDepth, '[') + "1" + std::string(kMaxMsgpackDepth, ']'));
  EXPECT_EQ(to_json(arrays(kMaxMsgpackDepth + 1)),
            std::string(kMaxMsgpackDepth, '[') + "null" + std::string(kMaxMsgpackDepth, ']'));
  EXPECT_EQ(to_json(arrays(1'000'000)).substr(kMaxMsgpackDepth, 5), "null]");
}

TEST(fluentbit_msgpack, what_json_does_not_have_becomes_something_that_it_has) {
  EXPECT_EQ(to_json("\xc4\x03"
                    "a\"b"s),
            R"("a\"b")");
  EXPECT_EQ(to_json("\xd5\x05\x0a\xff"s), R"("0aff")");
  EXPECT_EQ(to_json("\xc7\x00\x05"s), R"("")");
  EXPECT_EQ(to_json(written([](MsgpackWriter& out) { out.real(std::nan("")); })), "null");
  EXPECT_EQ(to_json(written([](MsgpackWriter& out) { out.real(std::numeric_limits<double>::infinity()); })),
            "null");
  EXPECT_EQ(to_json("\xca\x3f\xc0\x00\x00"s), "1.5");
  EXPECT_EQ(to_json("\xa3"
                    "a\xff"
                    "b"s),
            "\"a\xef\xbf\xbd"
            "b\"");
  EXPECT_EQ(to_json("\x84\x01\xc0\xc2\xc0\x90\xc0\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00\xc0"s),
            R"({"1":null,"false":null,"null":null,"1.5":null})");
  EXPECT_EQ(to_json("\x81\x81\x01\x02\x03"s), R"({"null":3})");
}

TEST(fluentbit_msgpack, a_value_that_is_cut_anywhere_is_null) {
  const std::string whole =
      "\x82\xa1"
      "a\x92\x01\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00\xa1"
      "b\xda\x00\x03xyz"s;
  EXPECT_EQ(to_json(whole), R"({"a":[1,1.5],"b":"xyz"})");
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_EQ(to_json(whole.substr(0, size)), "null") << size;
}

TEST(fluentbit_msgpack, a_count_beyond_what_is_left_is_refused_at_once) {
  MsgpackToken token;
  EXPECT_FALSE(MsgpackReader("\xdf\xff\xff\xff\xff\x01"s).next(token));
  EXPECT_FALSE(MsgpackReader("\xdd\xff\xff\xff\xff\x01"s).next(token));
  EXPECT_FALSE(MsgpackReader("\xdb\xff\xff\xff\xffx"s).next(token));
  EXPECT_FALSE(MsgpackReader("\xc1"s).next(token));
  EXPECT_TRUE(MsgpackReader("\x92\x01\x02"s).next(token));
  EXPECT_FALSE(MsgpackReader("\x92\x01"s).next(token));
}

// The seed is fixed: what it finds is found again.
TEST(fluentbit_msgpack, any_bytes_end_and_give_json) {
  std::mt19937_64 random(20261121);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 64, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 4 == 0 ? 0x80 + random() % 0x70 : random());
    EXPECT_NE(to_json(bytes), "");
    LogEvents events(bytes);
    for (LogEvent event; events.next(event);) EXPECT_FALSE(event.whole.empty());
  }
}

std::string event(std::string_view time, std::string_view metadata, std::string_view body) {
  std::string out = "\x92";
  if (!metadata.empty()) out += '\x92';
  return out.append(time).append(metadata).append(body);
}

const std::string kTime = "\xd7\x00\x00\x00\x00\x05\x00\x00\x00\x07"s;
const std::string kBody =
    "\x81\xa1"
    "a\x01"s;

TEST(fluentbit_log_events, are_read_in_the_new_form_and_the_old) {
  const std::string chunk = event(kTime, "\x81\xa1m\x02", kBody) + event(kTime, "", kBody);
  LogEvents events(chunk);
  LogEvent one;
  ASSERT_TRUE(events.next(one));
  EXPECT_EQ(one.seconds, 5);
  EXPECT_EQ(one.nanoseconds, 7);
  EXPECT_EQ(to_json(one.metadata), R"({"m":2})");
  EXPECT_EQ(to_json(one.body), R"({"a":1})");
  ASSERT_TRUE(events.next(one));
  EXPECT_EQ(one.metadata, "");
  EXPECT_EQ(to_json(one.body), R"({"a":1})");
  EXPECT_EQ(one.whole, event(kTime, "", kBody));
  EXPECT_FALSE(events.next(one));
  EXPECT_EQ(events.problem(), "");
}

TEST(fluentbit_log_events, have_a_time_of_every_kind) {
  const auto time_of = [](const std::string& time) {
    const std::string chunk = event(time, "", kBody);
    LogEvents events(chunk);
    LogEvent one;
    return events.next(one) ? std::to_string(one.seconds) + "." + std::to_string(one.nanoseconds) : "none";
  };
  EXPECT_EQ(time_of(kTime), "5.7");
  EXPECT_EQ(time_of("\xc7\x08\x00\x00\x00\x00\x05\x00\x00\x00\x07"s), "5.7");
  EXPECT_EQ(time_of("\xce\x5d\x62\x94\x33"s), "1566741555.0");
  EXPECT_EQ(time_of("\xcb\x41\xd7\x58\xa5\x0c\xe0\x00\x00\x00"s), "1566741555.500000000");
  EXPECT_EQ(time_of("\xd0\xf0"s), "-16.0");
  EXPECT_EQ(time_of("\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00"s), "0.0") << "infinity is a time all the same";
  EXPECT_EQ(time_of("\xd7\x01\x00\x00\x00\x05\x00\x00\x00\x07"s), "none") << "ext of another type";
  EXPECT_EQ(time_of("\xa1x"s), "none");
}

TEST(fluentbit_log_events, leave_out_the_markers_of_groups) {
  const std::string start = event("\xd7\x00\xff\xff\xff\xff\x00\x00\x00\x00"s, "\x80", "\x80");
  const std::string end = event("\xd7\x00\xff\xff\xff\xfe\x00\x00\x00\x00"s, "\x80", "\x80");
  const std::string chunk = start + event(kTime, "\x80", kBody) + end;
  LogEvents events(chunk);
  LogEvent one;
  ASSERT_TRUE(events.next(one));
  EXPECT_EQ(to_json(one.body), R"({"a":1})");
  EXPECT_FALSE(events.next(one));
  EXPECT_EQ(events.passed_over(), 0u);
}

TEST(fluentbit_log_events, what_is_no_event_costs_no_neighbour) {
  const std::string chunk = event(kTime, "", kBody) + "\x01\xa1x\x93\x01\x02\x03"s + event(kTime, "", kBody);
  LogEvents events(chunk);
  LogEvent one;
  EXPECT_TRUE(events.next(one));
  EXPECT_TRUE(events.next(one));
  EXPECT_FALSE(events.next(one));
  EXPECT_EQ(events.passed_over(), 3u);
  EXPECT_EQ(events.problem(), "");
}

TEST(fluentbit_log_events, a_cut_tail_is_told_with_its_place_after_all_before_it) {
  const std::string good = event(kTime, "", kBody);
  for (size_t size = 1; size < good.size(); ++size) {
    const std::string chunk = good + good.substr(0, size);
    LogEvents events(chunk);
    LogEvent one;
    EXPECT_TRUE(events.next(one));
    EXPECT_FALSE(events.next(one));
    EXPECT_EQ(events.problem(), "cut, or no msgpack, from byte " + std::to_string(good.size()) + " on");
  }
}

}  // namespace
}  // namespace penstock::fluentbit
