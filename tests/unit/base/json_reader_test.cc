#include "base/json_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace penstock {
namespace {

// Records the events.
class Recorder : public JsonEvents {
 public:
  std::string seen;
  std::string stop_at;

  bool on_object() override { return add("{"); }
  bool on_object_end() override { return add("}"); }
  bool on_array() override { return add("["); }
  bool on_array_end() override { return add("]"); }
  bool on_key(std::string_view name) override { return add(std::string(name) + ":"); }
  bool on_string(std::string_view text) override { return add("'" + std::string(text) + "'"); }
  bool on_number(std::string_view as_written) override { return add(std::string(as_written)); }
  bool on_literal() override { return add("*"); }

 private:
  bool add(const std::string& event) {
    seen += event + " ";
    return event != stop_at;
  }
};

TEST(json_reader, events_are_reported_in_document_order) {
  Recorder events;
  EXPECT_EQ(read_json(R"({"a":"x\u00e9","b":[1.50,-2e400,true,null],"c":{}})", events), "");
  EXPECT_EQ(events.seen, "{ a: 'x\xC3\xA9' b: [ 1.50 -2e400 * * ] c: { } } ");
}

TEST(json_reader, invalid_json_is_reported_with_its_position) {
  Recorder events;
  EXPECT_EQ(read_json(R"({"a":tru})", events), "invalid JSON at byte 8: Invalid value.");
  EXPECT_NE(read_json("", events), "");
  EXPECT_NE(read_json("{} {}", events), "");
}

TEST(json_reader, the_json_reader_stops_if_a_handler_says_so) {
  Recorder events;
  events.stop_at = "a:";
  EXPECT_NE(read_json(R"({"a":1,"b":2})", events), "");
  EXPECT_EQ(events.seen, "{ a: ");
}

TEST(json_reader, nested_json_uses_no_stack) {
  const std::string deep(5'000'000, '[');
  Recorder events;
  EXPECT_NE(read_json(deep, events), "");
  EXPECT_FALSE(JsonDocument::parse("{\"a\":" + deep));
}

TEST(json_reader, only_members_of_the_outermost_object_are_found) {
  const auto members = outermost_members(R"({"a":"x","n":1.50,"in":{"a":"y"},"list":["z"],"t":true})");
  ASSERT_TRUE(members);
  EXPECT_EQ(*members, (std::map<std::string, std::string, std::less<>>{{"a", "x"}, {"n", "1.50"}}));
}

TEST(json_reader, text_that_is_not_one_utf8_object_has_no_members) {
  for (const char* bad : {"", "[]", "1", "\"a\"", "null", "{", "{}{}", "{\"a\":\"\xFF\"}"})
    EXPECT_EQ(outermost_members(bad), std::nullopt) << bad;
}

TEST(json_reader, a_document_returns_its_members_by_name) {
  const auto document = JsonDocument::parse(R"({"text":"a\nb","list":[1,{"x":2}],"object":{"k":"v"}})");
  ASSERT_TRUE(document);
  EXPECT_EQ((*document)["text"].text(), "a\nb");
  EXPECT_EQ((*document)["object"]["k"].text(), "v");
  const std::vector<JsonValue> elements = (*document)["list"].elements();
  ASSERT_EQ(elements.size(), 2U);
  EXPECT_EQ(elements[0].integer(), 1);
  EXPECT_EQ(elements[1]["x"].unsigned_integer(), 2U);
  const auto members = (*document)["object"].members();
  ASSERT_EQ(members.size(), 1U);
  EXPECT_EQ(members[0].first, "k");
}

TEST(json_reader, a_missing_value_or_one_of_another_type_reads_as_empty) {
  const auto document = JsonDocument::parse(R"({"a":1})");
  ASSERT_TRUE(document);
  const JsonValue missing = (*document)["b"]["c"];
  EXPECT_FALSE(missing.exists());
  EXPECT_EQ(missing.text(), "");
  EXPECT_EQ(missing.integer(), std::nullopt);
  EXPECT_TRUE(missing.elements().empty());
  EXPECT_TRUE(missing.members().empty());
  EXPECT_TRUE((*document)["a"].exists());
  EXPECT_EQ((*document)["a"].text(), "");
}

TEST(json_reader, numbers_are_integers_only_in_range_and_without_a_fraction) {
  const auto document =
      JsonDocument::parse(R"({"max":9223372036854775807,"more":9223372036854775808,"minus":-1,"real":1.0})");
  ASSERT_TRUE(document);
  EXPECT_EQ((*document)["max"].integer(), INT64_MAX);
  EXPECT_EQ((*document)["more"].integer(), std::nullopt);
  EXPECT_EQ((*document)["more"].unsigned_integer(), 9223372036854775808U);
  EXPECT_EQ((*document)["minus"].unsigned_integer(), std::nullopt);
  EXPECT_EQ((*document)["real"].integer(), std::nullopt);
  EXPECT_EQ((*document)["real"].number(), 1.0);
}

TEST(json_reader, a_document_must_be_an_object) {
  for (const char* bad : {"", "[]", "1", "null", "{", "{}x"}) EXPECT_FALSE(JsonDocument::parse(bad)) << bad;
}

}  // namespace
}  // namespace penstock
