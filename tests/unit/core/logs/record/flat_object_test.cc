#include "core/logs/record/flat_object.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/core/logs/record/filtering.h"

namespace penstock::logs {
namespace {

using Kind = FlatObject::Member::Kind;
using Step = FlatObject::Step;

struct Read {
  std::vector<FlatObject::Member> members;
  bool whole = false;
};

Read read(std::string_view text) {
  Read read;
  FlatObject object(text);
  FlatObject::Member member;
  Step step;
  while ((step = object.next(member)) == Step::member) read.members.push_back(member);
  read.whole = step == Step::end;
  return read;
}

TEST(flat_object, members_of_a_flat_object_are_returned_as_written) {
  const Read all = read(R"({"a":"b","c": "\n\"\\\/\t", "d":-1.50E+2,"":true,"e":null,"f":false,"é":"漢"})");
  ASSERT_TRUE(all.whole);
  ASSERT_EQ(all.members.size(), 7U);
  const auto expect = [&](size_t index, std::string_view name, std::string_view value, Kind kind) {
    EXPECT_EQ(all.members[index].name, name);
    EXPECT_EQ(all.members[index].value, value);
    EXPECT_EQ(all.members[index].kind, kind);
  };
  expect(0, "a", "b", Kind::text);
  expect(1, "c", R"(\n\"\\\/\t)", Kind::escaped_text);
  expect(2, "d", "-1.50E+2", Kind::number);
  expect(3, "", "true", Kind::literal);
  expect(4, "e", "null", Kind::literal);
  expect(5, "f", "false", Kind::literal);
  expect(6, "é", "漢", Kind::text);
  EXPECT_TRUE(read("{}").whole);
}

TEST(flat_object, other_forms_of_json_are_left_to_the_parser) {
  for (const std::string_view text :
       {R"({"a":{}})", R"({"a":[]})", R"({"a" :1})", R"({ "a":1})", R"({"a":1 })", R"({"a":  1})",
        R"({"a":1,  "b":2})", "{\n}", R"({"a":"\u0041"})", R"({"\n":1})", "{ }"}) {
    rapidjson::Document document;
    EXPECT_FALSE(document.Parse(text.data(), text.size()).HasParseError()) << text;
    EXPECT_FALSE(read(text).whole) << text;
  }
}

TEST(flat_object, invalid_objects_are_not_flat_objects) {
  for (const std::string_view text : {"",
                                      "}",
                                      "{",
                                      "{{",
                                      "{}}",
                                      "{,}",
                                      R"({"a":1,})",
                                      R"({"a":1}})",
                                      R"({"a":1} )",
                                      R"({"a":1)",
                                      R"({"a":1,"b"})",
                                      R"({"a":})",
                                      R"({"a":01})",
                                      R"({"a":tru})",
                                      R"({"a":truex})",
                                      R"({"a":+1})",
                                      R"({"a":1e})",
                                      R"({"a":"b})",
                                      R"({"a":"b\"})",
                                      R"({"a":"\x"})",
                                      "{\"a\":\"\t\"}",
                                      "{\"a\":\"\x1f\"}",
                                      R"({"a":NaN})",
                                      R"({a:1})",
                                      R"({"a"1})",
                                      R"([{"a":1}])",
                                      R"({"a":1"b":2})",
                                      R"({"a":"b"c})",
                                      R"("a":1})",
                                      R"({"a":-})"})
    EXPECT_FALSE(read(text).whole) << text;
  EXPECT_FALSE(read(std::string_view("{\"a\":1\0}", 8)).whole);
}

TEST(flat_object, strings_may_end_at_every_position_of_a_block) {
  for (size_t size = 0; size < 70; ++size) {
    const std::string text(size, 'x');
    for (const std::string_view end : {R"("})", R"(\n"})", R"("})"}) {
      const std::string object = R"({"a":")" + text + std::string(end);
      EXPECT_TRUE(read(object).whole) << object;
      for (size_t cut = 0; cut < object.size(); ++cut) {
        const std::vector<char> exact(object.begin(), object.begin() + static_cast<ptrdiff_t>(cut));
        EXPECT_FALSE(read({exact.data(), exact.size()}).whole) << object << " cut at " << cut;
      }
    }
  }
}

// A space after the brace makes the filter use the parser.
TEST(flat_object, the_fast_path_and_the_parser_give_the_same_record) {
  for (const std::string members :
       {R"("a":1})",
        R"("level":"info","lambda":1})",
        R"("level":"in\nfo"})",
        R"("level":"a\/b","level":3})",
        R"("time":"2020-01-01T00:00:00Z","type":"platform.fault","record":"a \"text\""})",
        R"("time":"2020-01-01T00:00:00Z","type":"platform.fault","record":"text","level":null})",
        R"("time":1566741555269,"event_id":null})",
        R"("time":1566741555269.5})",
        R"("timestamp":"\\"})",
        R"("type":"platform.start"})",
        R"("source":1,"source_original":2,"source":3})",
        R"("source_original_7":"\t","source":true})",
        R"("event_id":"order-17","event_id_original":1})",
        R"("event_id":null,"event_id.x":2,"timestamp":"2020-01-02T03:04:05+02:00"})",
        R"("timestamp":"2020-01-02T03:04:05Z","timestamp":1})",
        R"("timestamp":"2020-01-02 \"03"})",
        R"("n":1e999})",
        R"("n":-0.0E-0,"source":"\""})",
        "\"a\":\"\\n\xFF\xE2\x82\",\"source\":\"\xFF\"}",
        R"("":""})"}) {
    const std::string parsed = filtered_one("{ " + members);
    ASSERT_TRUE(parsed.starts_with("{ \"")) << parsed;
    EXPECT_EQ(filtered_one("{" + members), "{" + parsed.substr(2));
  }
}

// Made of random pieces: if it is read completely, a parser reads the same.
TEST(flat_object, flat_objects_are_read_as_a_parser_reads_them) {
  const std::vector<std::string> pieces = {
      "{",    "}",     ",",         ", ",   ":",        ": ",           "\"", "\\\"",  "\\n", "\\u0041",
      "\\",   "\"a\"", "\"level\"", "true", "1",        "-2",           "0",  "1.5e3", ".",   "e",
      "null", "nul",   " ",         "[",    "{\"a\":1", "{\"b\":\"c\"", "\t", "é",     "\xFF"};
  std::mt19937 random(1);
  int whole = 0;
  for (int round = 0; round < 300000; ++round) {
    std::string text = "{";
    for (size_t count = random() % 4; count > 0; --count) {
      const auto piece = [&] { return pieces[random() % pieces.size()]; };
      text += random() % 8 == 0 ? piece() : std::string("\"k\"");
      text += random() % 8 == 0 ? piece() : std::string(":");
      text += random() % 2 == 0 ? piece() : std::string("\"") + piece() + piece() + "\"";
      if (count > 1) text += random() % 8 == 0 ? piece() : std::string(",");
    }
    text += "}";
    const Read flat = read(text);
    if (!flat.whole) continue;
    ++whole;
    rapidjson::Document document;
    document.Parse<rapidjson::kParseNumbersAsStringsFlag>(text.data(), text.size());
    ASSERT_FALSE(document.HasParseError()) << text;
    ASSERT_EQ(document.MemberCount(), flat.members.size()) << text;
    for (size_t index = 0; index < flat.members.size(); ++index) {
      const auto& member = *(document.MemberBegin() + static_cast<ptrdiff_t>(index));
      const FlatObject::Member& read_member = flat.members[index];
      EXPECT_EQ(std::string_view(member.name.GetString(), member.name.GetStringLength()), read_member.name)
          << text;
      if (read_member.kind == Kind::text || read_member.kind == Kind::number) {
        EXPECT_EQ(std::string_view(member.value.GetString(), member.value.GetStringLength()), read_member.value)
            << text;
      }
    }
  }
  EXPECT_GT(whole, 3000);
}

}  // namespace
}  // namespace penstock::logs
