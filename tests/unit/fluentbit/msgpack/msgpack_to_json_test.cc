#include "fluentbit/msgpack/msgpack_to_json.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fluentbit/msgpack/msgpack_reader.h"

namespace penstock::fluentbit {
namespace {

using namespace std::string_literals;

// Returns "refused", or the JSON. The msgpack ends at the end of its allocation.
std::string json_of(std::string_view msgpack) {
  const std::vector<char> exact(msgpack.begin(), msgpack.end());
  TextBuffer out;
  return append_json(out, {exact.data(), exact.size()}) ? std::string(out.view()) : "refused";
}

TEST(fluentbit_msgpack_to_json, msgpack_scalars_become_json_scalars) {
  EXPECT_EQ(json_of("\xc0"), "null");
  EXPECT_EQ(json_of("\xc2"), "false");
  EXPECT_EQ(json_of("\xc3"), "true");
  EXPECT_EQ(json_of("\x7f"), "127");
  EXPECT_EQ(json_of("\xe0"), "-32");
  EXPECT_EQ(json_of("\xd0\x05"), "5");
  EXPECT_EQ(json_of("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), "18446744073709551615");
  EXPECT_EQ(json_of("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"s), "-9223372036854775808");
}

TEST(fluentbit_msgpack_to_json, floating_point_numbers_stay_floating_point) {
  EXPECT_EQ(json_of("\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00"s), "1.0");
  EXPECT_EQ(json_of("\xcb\x80\x00\x00\x00\x00\x00\x00\x00"s), "-0.0");
  EXPECT_EQ(json_of("\xcb\x40\x09\x21\xfb\x54\x44\x2d\x18"), "3.141592653589793");
  EXPECT_EQ(json_of("\xcb\x7f\xef\xff\xff\xff\xff\xff\xff"), "1.7976931348623157e+308");
  EXPECT_EQ(json_of("\xcb\x00\x00\x00\x00\x00\x00\x00\x01"s), "5e-324");
  EXPECT_EQ(json_of("\xca\x3d\xcc\xcc\xcd"), "0.1") << "a float has the digits of a float";
  EXPECT_EQ(json_of("\xca\x3f\x80\x00\x00"s), "1.0");
}

TEST(fluentbit_msgpack_to_json, nan_and_infinity_become_null) {
  EXPECT_EQ(json_of("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"s), "null");
  EXPECT_EQ(json_of("\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00"s), "null");
  EXPECT_EQ(json_of("\xcb\xff\xf0\x00\x00\x00\x00\x00\x00"s), "null");
  EXPECT_EQ(json_of("\xca\x7f\xc0\x00\x00"s), "null");
  EXPECT_EQ(json_of("\xca\xff\x80\x00\x00"s), "null");
}

TEST(fluentbit_msgpack_to_json, arrays_and_maps_keep_their_order_and_repeated_keys) {
  EXPECT_EQ(json_of("\x90"), "[]");
  EXPECT_EQ(json_of("\x80"), "{}");
  EXPECT_EQ(json_of("\x93\x01\x92\x02\x90\x81\xa1k\x80"), R"([1,[2,[]],{"k":{}}])");
  EXPECT_EQ(json_of("\x83\xa1\x62\x01\xa1\x61\x92\x02\x03\xa1\x62\x04"), R"({"b":1,"a":[2,3],"b":4})");
}

TEST(fluentbit_msgpack_to_json, only_the_first_msgpack_value_is_converted) {
  EXPECT_EQ(json_of("\x91\x01\x02\xc1"), "[1]");
}

std::string text(std::string_view bytes) {
  return "\xda"s + static_cast<char>(bytes.size() >> 8) + static_cast<char>(bytes.size()) + std::string(bytes);
}

TEST(fluentbit_msgpack_to_json, strings_have_only_the_escapes_that_json_requires) {
  EXPECT_EQ(json_of(text("\"\\/\b\f\n\r\t")), R"("\"\\/\b\f\n\r\t")");
  EXPECT_EQ(json_of(text("\0\x01\x1f\x7f"s)), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(json_of(text("")), "\"\"");
  EXPECT_EQ(json_of(text("\u00e9\u65e5\U0001f600")), "\"\u00e9\u65e5\U0001f600\"");
  for (size_t before = 0; before < 40; ++before)
    EXPECT_EQ(json_of(text(std::string(before, 'x') + "\n" + std::string(40 - before, 'y'))),
              "\"" + std::string(before, 'x') + "\\n" + std::string(40 - before, 'y') + "\"");
}

TEST(fluentbit_msgpack_to_json, invalid_utf_8_is_replaced_once_per_maximal_part) {
  const std::string kReplaced = "\xef\xbf\xbd";
  EXPECT_EQ(json_of(text("a\xff"
                         "b")),
            "\"a" + kReplaced + "b\"");
  EXPECT_EQ(json_of(text("\x80\xbf")), "\"" + kReplaced + kReplaced + "\"");
  EXPECT_EQ(json_of(text("\xe2\x82")), "\"" + kReplaced + "\"") << "truncated at the end";
  EXPECT_EQ(json_of(text("\xf0\x9f\x98\"")), "\"" + kReplaced + "\\\"\"") << "truncated by a quote";
  EXPECT_EQ(json_of(text("\xed\xa0\x80")), "\"" + kReplaced + kReplaced + kReplaced + "\"") << "a surrogate";
  EXPECT_EQ(json_of(text("\xc0\xaf")), "\"" + kReplaced + kReplaced + "\"") << "overlong";
  EXPECT_EQ(json_of(text("\xf4\x90\x80\x80")).size(), 2 + 4 * 3u) << "beyond U+10FFFF";
}

TEST(fluentbit_msgpack_to_json, binary_becomes_a_json_string) {
  EXPECT_EQ(json_of("\xc4\x04"
                    "a\"b\xff"),
            "\"a\\\"b\xef\xbf\xbd\"");
}

TEST(fluentbit_msgpack_to_json, an_ext_becomes_a_string_of_its_bytes) {
  EXPECT_EQ(json_of("\xd5\x05\x0a\xff"), R"("\\x0a\\xff")");
  EXPECT_EQ(json_of("\xc7\x00\x05"s), R"("")");
  EXPECT_EQ(json_of("\xd7\x00\x00\x00\x00\x05\x00\x00\x00\x07"s), R"("\\x00\\x00\\x00\\x05\\x00\\x00\\x00\\x07")");
}

TEST(fluentbit_msgpack_to_json, a_map_key_of_any_type_becomes_a_string) {
  EXPECT_EQ(json_of("\x85\x01\xc0\xc2\xc0\xc0\xc0\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00\xc0\xff\xc0"s),
            R"({"1":null,"false":null,"null":null,"1.5":null,"-1":null})");
  EXPECT_EQ(json_of("\x82\xc4\x01k\x01\xd4\x05\x0a\x02"), R"({"k":1,"\\x0a":2})");
  EXPECT_EQ(json_of("\x83\x81\x01\x02\x03\x90\x04\x92\xa1k\x05\x06"),
            R"({"\\x81\\x01\\x02":3,"\\x90":4,"\\x92\\xa1\\x6b\\x05":6})");
}

TEST(fluentbit_msgpack_to_json, values_nested_too_deeply_become_strings_of_their_bytes) {
  const auto arrays = [](size_t depth) { return std::string(depth, '\x91') + "\x01"; };
  constexpr size_t kDepth = kMaxMsgpackDepth;
  EXPECT_EQ(json_of(arrays(kDepth)), std::string(kDepth, '[') + "1" + std::string(kDepth, ']'));
  EXPECT_EQ(json_of(arrays(kDepth + 1)), std::string(kDepth, '[') + R"("\\x91\\x01")" + std::string(kDepth, ']'));
  EXPECT_EQ(json_of(std::string(kDepth - 1, '\x91') + "\x93\x01\x90\x02"),
            std::string(kDepth, '[') + R"(1,"\\x90",2)" + std::string(kDepth, ']'));
  EXPECT_EQ(json_of(arrays(1'000'000)).size(), 2 * kDepth + 2 + 5 * (1'000'001 - kDepth));
}

TEST(fluentbit_msgpack_to_json, a_value_truncated_at_any_byte_is_rejected_and_nothing_appended) {
  const std::string whole =
      "\x84\xa1\x61\x92\x01\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00\xa1\x62\xda\x00\x03xyz\x91\x01\x02"
      "\xd5\x05\x0a\xff\xc4\x01x"s;
  EXPECT_EQ(json_of(whole), R"({"a":[1,1.5],"b":"xyz","\\x91\\x01":2,"\\x0a\\xff":"x"})");
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    TextBuffer out;
    out += "before";
    EXPECT_FALSE(append_json(out, {cut.data(), cut.size()})) << size;
    EXPECT_EQ(out.view(), "before") << size;
  }
}

TEST(fluentbit_msgpack_to_json, json_from_any_bytes_is_valid_for_a_strict_reader) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 1000; ++round) {
      std::string bytes(random() % 64, '\0');
      for (char& c : bytes) c = static_cast<char>(random() % 4 == 0 ? 0x80 + random() % 0x70 : random());
      const std::string json = json_of(bytes);
      ASSERT_EQ(json == "refused", MsgpackReader(bytes).value().empty());
      if (json == "refused") continue;
      rapidjson::Document document;
      document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
      ASSERT_FALSE(document.HasParseError()) << json;
    }
  }
}

}  // namespace
}  // namespace penstock::fluentbit
