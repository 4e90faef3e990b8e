#include "fluentbit/msgpack/json_to_msgpack.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fluentbit/msgpack/msgpack_reader.h"
#include "fluentbit/msgpack/msgpack_writer.h"

namespace penstock::fluentbit {
namespace {

using namespace std::string_literals;

// Returns "refused", or the msgpack. The JSON ends at the end of its allocation.
std::string msgpack_of(std::string_view json) {
  const std::vector<char> exact(json.begin(), json.end());
  std::string out;
  return JsonToMsgpack().append(out, {exact.data(), exact.size()}) ? out : "refused";
}

// Returns the value of the only member "k".
std::string value_of(const std::string& json) {
  const std::string map = msgpack_of("{\"k\":" + json + "}");
  return map.starts_with("\x81\xa1k") ? map.substr(3) : map;
}

// Returns the string that a JSON string becomes.
std::string string_of(const std::string& json) {
  const std::string value = value_of("\"" + json + "\"");
  MsgpackReader reader(value);
  MsgpackToken token;
  return reader.next(token) && reader.done() && token.kind == MsgpackToken::Kind::text ? std::string(token.bytes)
                                                                                       : "no text: " + value;
}

TEST(fluentbit_json_to_msgpack, a_json_object_becomes_a_map_in_order) {
  EXPECT_EQ(msgpack_of("{}"), "\x80");
  EXPECT_EQ(msgpack_of(R"({"b":1,"a":[true,false,null],"b":{}})"),
            "\x83\xa1\x62\x01\xa1\x61\x93\xc3\xc2\xc0\xa1\x62\x80");
  EXPECT_EQ(msgpack_of(" \t\r\n{ \"k\" : [ 1 , 2 ] } \t\r\n"), "\x81\xa1k\x92\x01\x02");
}

TEST(fluentbit_json_to_msgpack, msgpack_is_appended_to_existing_bytes) {
  JsonToMsgpack converter;
  std::string out = "before";
  EXPECT_TRUE(converter.append(out, "{\"k\":1}"));
  EXPECT_TRUE(converter.append(out, "{}"));
  EXPECT_EQ(out, "before\x81\xa1k\x01\x80");
}

TEST(fluentbit_json_to_msgpack, members_are_written_without_a_header_and_counted) {
  std::string out = "before";
  EXPECT_EQ(JsonToMsgpack().append_members(out, R"({"k":[1],"l":2})"), 2u);
  EXPECT_EQ(out, "before\xa1k\x91\x01\xa1l\x02");
  EXPECT_EQ(JsonToMsgpack().append_members(out, "{}"), 0u);
  EXPECT_EQ(out, "before\xa1k\x91\x01\xa1l\x02");
}

TEST(fluentbit_json_to_msgpack, integers_of_64_bits_are_exact) {
  EXPECT_EQ(value_of("0"), "\0"s);
  EXPECT_EQ(value_of("-0"), "\0"s);
  EXPECT_EQ(value_of("-32"), "\xe0");
  EXPECT_EQ(value_of("255"), "\xcc\xff");
  EXPECT_EQ(value_of("9223372036854775807"), "\xcf\x7f\xff\xff\xff\xff\xff\xff\xff");
  EXPECT_EQ(value_of("18446744073709551615"), "\xcf\xff\xff\xff\xff\xff\xff\xff\xff");
  EXPECT_EQ(value_of("-9223372036854775808"), "\xd3\x80\x00\x00\x00\x00\x00\x00\x00"s);
}

TEST(fluentbit_json_to_msgpack, larger_integers_and_fractions_are_doubles) {
  EXPECT_EQ(value_of("18446744073709551616"), "\xcb\x43\xf0\x00\x00\x00\x00\x00\x00"s);
  EXPECT_EQ(value_of("-9223372036854775809"), "\xcb\xc3\xe0\x00\x00\x00\x00\x00\x00"s);
  EXPECT_EQ(value_of("1.0"), "\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00"s);
  EXPECT_EQ(value_of("-1.5e0"), "\xcb\xbf\xf8\x00\x00\x00\x00\x00\x00"s);
  EXPECT_EQ(value_of("15E-1"), "\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00"s);
  EXPECT_EQ(value_of("1e+0"), value_of("1.0"));
  EXPECT_EQ(value_of("1.7976931348623157e308"), "\xcb\x7f\xef\xff\xff\xff\xff\xff\xff");
}

TEST(fluentbit_json_to_msgpack, a_fraction_of_any_number_of_digits_is_the_nearest_double) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string number = random() % 2 == 0 ? "-" : "";
    number += std::to_string(random() >> random() % 64) + ".";
    for (size_t decimals = 1 + random() % 18; decimals > 0; --decimals) number += std::to_string(random() % 10);
    std::string expected;
    MsgpackWriter(expected).real(std::strtod(number.c_str(), nullptr));
    ASSERT_EQ(value_of(number), expected) << number;
  }
  EXPECT_EQ(value_of("-0.0"), "\xcb\x80\x00\x00\x00\x00\x00\x00\x00"s);
}

TEST(fluentbit_json_to_msgpack, integers_of_any_number_of_digits_are_exact) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 20'000; ++round) {
    const uint64_t large = random() >> random() % 64;
    const auto small = static_cast<int64_t>(random()) >> random() % 64;
    std::string expected;
    MsgpackWriter writer(expected);
    writer.unsigned_integer(large);
    ASSERT_EQ(value_of(std::to_string(large)), expected);
    expected.clear();
    writer.integer(small);
    ASSERT_EQ(value_of(std::to_string(small)), expected);
  }
}

TEST(fluentbit_json_to_msgpack, numbers_beyond_doubles_become_strings) {
  EXPECT_EQ(value_of("1e309"),
            "\xa5"
            "1e309");
  EXPECT_EQ(value_of("-1e-999"), "\xa7-1e-999");
  const std::string digits(400, '9');
  EXPECT_EQ(value_of(digits), "\xda\x01\x90" + digits);
}

TEST(fluentbit_json_to_msgpack, invalid_numbers_are_rejected) {
  for (const char* text :
       {"01", "-", "+1", "1.", ".5", "1e", "1e+", "-a", "0x10", "NaN", "Infinity", "1 2", "--1"})
    EXPECT_EQ(value_of(text), "refused") << text;
}

TEST(fluentbit_json_to_msgpack, a_string_of_any_length_is_converted_at_any_end_of_memory) {
  for (size_t size = 0; size < 100; ++size) {
    const std::string text(size, 'x');
    EXPECT_EQ(string_of(text), text);
    EXPECT_EQ(msgpack_of(std::string("{\"").append(text).append("\":1}")).size(), 3 + size + (size > 31 ? 1 : 0));
  }
  for (const size_t size : {255u, 256u, 65535u, 65536u}) EXPECT_EQ(string_of(std::string(size, 'x')).size(), size);
}

TEST(fluentbit_json_to_msgpack, every_escape_is_decoded) {
  EXPECT_EQ(string_of(R"(\"\\\/\b\f\n\r\t)"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(string_of(R"(\u0000\u0001\u007f)"), "\0\x01\x7f"s);
  EXPECT_EQ(string_of(R"(\u0080\u07ff\u0800\uffff)"), "\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf");
  EXPECT_EQ(string_of(R"(\ud800\udc00\uDBFF\uDFFF)"), "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
  for (size_t before = 0; before < 40; ++before)
    EXPECT_EQ(string_of(std::string(before, 'x') + R"(\n)" + std::string(40 - before, 'y')),
              std::string(before, 'x') + "\n" + std::string(40 - before, 'y'));
  for (const size_t size : {31u, 32u, 255u, 256u, 65535u, 65536u}) {
    const std::string text(size - 1, 'x');
    EXPECT_EQ(string_of("\\n" + text), "\n" + text) << "the header fits the text without its escapes";
  }
}

TEST(fluentbit_json_to_msgpack, half_a_surrogate_pair_is_replaced) {
  EXPECT_EQ(string_of(R"(\ud800)"), "\xef\xbf\xbd");
  EXPECT_EQ(string_of(R"(\udc00x)"), "\xef\xbf\xbdx");
  EXPECT_EQ(string_of(R"(\ud800\n)"), "\xef\xbf\xbd\n");
  EXPECT_EQ(string_of(R"(\ud800\u0041)"),
            "\xef\xbf\xbd"
            "A");
  EXPECT_EQ(string_of(R"(\ud800\ud800\udc00)"), "\xef\xbf\xbd\xf0\x90\x80\x80");
}

TEST(fluentbit_json_to_msgpack, invalid_escapes_are_rejected) {
  for (const char* text : {R"(\x41)", R"(\u004)", R"(\u004g)", R"(\u-041)", R"(\N)", R"(\)", R"(\u)"})
    EXPECT_EQ(value_of("\""s + text + "\""), "refused") << text;
}

TEST(fluentbit_json_to_msgpack, control_characters_in_strings_are_rejected_at_every_position) {
  for (char c = 0; c < 0x20; ++c)
    for (const size_t before : {0u, 1u, 15u, 16u, 40u})
      EXPECT_EQ(value_of("\"" + std::string(before, 'x') + c + std::string(40, 'y') + "\""), "refused");
  EXPECT_EQ(string_of("\x7f"), "\x7f");
}

TEST(fluentbit_json_to_msgpack, text_in_any_script_is_kept) {
  for (const std::string& text :
       {"\u00e9"s, "\u0939\u093f"s, "\U0001f600"s, "\u65e5\u672c\u8a9e\u306e\u30ed\u30b0"s})
    for (size_t before = 0; before < 20; ++before)
      EXPECT_EQ(string_of(std::string(before, 'x') + text), std::string(before, 'x') + text);
}

TEST(fluentbit_json_to_msgpack, invalid_utf_8_is_rejected) {
  for (const std::string& text :
       {"\x80"s, "\xc0\xaf"s, "\xc3"s, "\xe0\x80\xaf"s, "\xe2\x82"s, "\xed\xa0\x80"s, "\xf0\x80\x80\xaf"s,
        "\xf0\x9f\x98"s, "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s, "\xff"s})
    EXPECT_EQ(value_of("\"x" + text + "\""), "refused");
}

TEST(fluentbit_json_to_msgpack, headers_grow_with_their_count) {
  for (const size_t count : {1u, 15u, 16u, 65535u, 65536u}) {
    std::string array = "[1";
    std::string map = "{\"k0\":1";
    for (size_t i = 1; i < count; ++i) {
      array += ",1";
      map += ",\"k" + std::to_string(i) + "\":1";
    }
    const std::string msgpack = msgpack_of(
        std::string("{\"array\":").append(array).append("],\"map\":").append(map).append("},\"after\":2}"));
    MsgpackReader reader(msgpack);
    MsgpackToken token;
    ASSERT_TRUE(reader.next(token));
    ASSERT_EQ(token.count, 3u);
    const auto next_count = [&] {
      reader.value();
      const std::string_view value = reader.value();
      MsgpackReader(value).next(token);
      return token.count;
    };
    EXPECT_EQ(next_count(), count);
    EXPECT_EQ(next_count(), count);
    EXPECT_EQ(reader.value(),
              "\xa5"
              "after");
    EXPECT_EQ(reader.value(), "\x02");
    EXPECT_TRUE(reader.done());
    std::string header;
    MsgpackWriter(header).map(count);
    EXPECT_TRUE(msgpack_of(map + "}").starts_with(header + "\xa2k0\x01"));
  }
}

TEST(fluentbit_json_to_msgpack, json_that_is_not_one_object_is_rejected_and_nothing_appended) {
  JsonToMsgpack converter;
  for (const std::string& text : {""s,
                                  " "s,
                                  "1"s,
                                  "[]"s,
                                  "\"x\""s,
                                  "null"s,
                                  "{"s,
                                  "}"s,
                                  "{]"s,
                                  "{\"a\""s,
                                  "{\"a\":}"s,
                                  "{\"a\":1,}"s,
                                  "{,}"s,
                                  "{\"a\":1 \"b\":2}"s,
                                  "{\"a\":[1,]}"s,
                                  "{\"a\":[,1]}"s,
                                  "{\"a\":[1}"s,
                                  "{\"a\" 1}"s,
                                  "{1:2}"s,
                                  "{a:1}"s,
                                  "{'a':1}"s,
                                  "{\"a\":tru}"s,
                                  "{\"a\":nul"s,
                                  "{\"a\":True}"s,
                                  "{} {}"s,
                                  "{}x"s,
                                  "{},"s,
                                  "{}\0"s,
                                  "\0{}"s,
                                  "{\0}"s,
                                  "\xef\xbb\xbf{}"s,
                                  "{/**/}"s}) {
    std::string out = "before";
    EXPECT_FALSE(converter.append(out, text)) << text;
    EXPECT_FALSE(converter.append_members(out, text).has_value()) << text;
    EXPECT_EQ(out, "before");
  }
}

TEST(fluentbit_json_to_msgpack, an_object_truncated_at_any_byte_is_rejected) {
  const std::string whole = R"({"a":[1,-2.5e+3,true,null,"x\u00e9\ud83d\ude00é"],"b":{"c":[[],{}]},"d":false})";
  ASSERT_NE(msgpack_of(whole), "refused");
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(msgpack_of(whole.substr(0, size)), "refused") << size;
}

// Returns an object with nested arrays, of that depth in total.
std::string nested(size_t depth, const std::string& inner = "1") {
  return "{\"k\":" + std::string(depth - 1, '[') + inner + std::string(depth - 1, ']') + "}";
}

TEST(fluentbit_json_to_msgpack, values_too_deep_for_the_agent_become_strings) {
  constexpr size_t kDepth = JsonToMsgpack::kMaxMapDepth;
  EXPECT_EQ(msgpack_of(nested(kDepth)), "\x81\xa1k" + std::string(kDepth - 1, '\x91') + "\x01");
  EXPECT_EQ(msgpack_of(nested(kDepth + 1)), "\x81\xa1k" + std::string(kDepth - 1, '\x91') + "\xa3[1]");
  EXPECT_EQ(msgpack_of(nested(kDepth + 3)), "\x81\xa1k" + std::string(kDepth - 1, '\x91') + "\xa7[[[1]]]");
  EXPECT_EQ(msgpack_of(nested(kDepth, R"({"a":"x\n" },2)")),
            "\x81\xa1k" + std::string(kDepth - 2, '\x91') + "\x92\xac{\"a\":\"x\\n\" }\x02");
  EXPECT_EQ(msgpack_of(nested(kDepth, "[],{}")),
            "\x81\xa1k" + std::string(kDepth - 2, '\x91') + "\x92\xa2[]\xa2{}");
}

TEST(fluentbit_json_to_msgpack, values_too_deep_for_the_agent_are_still_validated) {
  constexpr size_t kDepth = JsonToMsgpack::kMaxMapDepth;
  for (const char* bad : {"[1", "[1}", "[\"\xff\"]", "[01]", "{\"a\"}", "[\"\n\"]"})
    EXPECT_EQ(msgpack_of(nested(kDepth, bad)), "refused") << bad;
}

TEST(fluentbit_json_to_msgpack, the_depth_of_json_is_limited) {
  constexpr size_t kDepth = JsonToMsgpack::kMaxDepth;
  EXPECT_NE(msgpack_of(nested(kDepth)), "refused");
  EXPECT_EQ(msgpack_of(nested(kDepth + 1)), "refused");
  EXPECT_EQ(msgpack_of(nested(1'000'000)), "refused");
}

TEST(fluentbit_json_to_msgpack, a_converter_works_after_an_error) {
  JsonToMsgpack converter;
  std::string out;
  EXPECT_FALSE(converter.append(out, "{\"k\":[[[{"));
  EXPECT_TRUE(converter.append(out, "{\"k\":[]}"));
  EXPECT_EQ(out, "\x81\xa1k\x90");
}

}  // namespace
}  // namespace penstock::fluentbit
