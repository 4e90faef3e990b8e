// Every form of line that the filter knows, and lines that only look like one, each with its whole record:
// tests/data/logs/catalog.jsonl. To add one, add a line to that file with the expected record, according to the
// form's own documentation, without its event_id and source, which are the same for all.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "core/logs/record/schema.h"
#include "tests/unit/core/logs/record/filtering.h"

namespace penstock::logs {
namespace {

constexpr std::string_view kTail =
    R"("event_id":"e1","source":{"logGroup":"/aws/lambda/f","logStream":"s","owner":"123","region":"eu-west-1"}})";

struct Entry {
  std::string row;     // of the catalog
  std::string line;    // the message of the log event
  std::string record;  // as written, byte for byte
};

std::string member(const rapidjson::Document& object, const char* name) {
  return {object[name].GetString(), object[name].GetStringLength()};
}

std::vector<Entry> read_catalog() {
  std::vector<Entry> entries;
  std::ifstream file(PENSTOCK_TEST_CATALOG);
  for (std::string text; std::getline(file, text);) {
    rapidjson::Document entry;
    entry.Parse(text.data(), text.size());
    // As text, because a reader would not distinguish 3.00 from 3. Quotes in the line are escaped, so this finds
    // the member.
    constexpr std::string_view kRecord = ",\"record\":";
    const size_t at = text.find(kRecord);
    if (entry.HasParseError() || !entry.IsObject() || at == std::string::npos) {
      ADD_FAILURE() << "no entry of the catalog: " << text;
      continue;
    }
    // Without the last braces: the record's and the entry's.
    const std::string members = text.substr(at + kRecord.size(), text.size() - at - kRecord.size() - 2);
    entries.push_back({member(entry, "row"), member(entry, "line"), members + "," + std::string(kTail)});
  }
  EXPECT_GT(entries.size(), 600U) << "in " << PENSTOCK_TEST_CATALOG;
  return entries;
}

TEST(catalog, each_line_of_the_catalog_becomes_its_record) {
  for (const Entry& entry : read_catalog())
    EXPECT_EQ(filtered_one(entry.line), entry.record) << entry.row << ": " << entry.line;
}

TEST(catalog, spaces_and_line_ends_around_a_line_change_nothing) {
  for (const Entry& entry : read_catalog()) {
    for (const std::string_view end : {"\n", "\r\n", " \t\n", "\r", "\n\n"}) {
      EXPECT_EQ(filtered_one(entry.line + std::string(end)), entry.record) << entry.row << ": " << entry.line;
      EXPECT_EQ(filtered_one(std::string(end) + entry.line), entry.record) << entry.row << ": " << entry.line;
    }
  }
}

std::string text_member(const rapidjson::Value& object, std::string_view name) {
  const auto found =
      object.FindMember(rapidjson::Value(name.data(), static_cast<rapidjson::SizeType>(name.size())));
  return found != object.MemberEnd() && found->value.IsString() ? found->value.GetString() : "";
}

TEST(catalog, other_schemas_name_the_same_facts) {
  for (const Entry& entry : read_catalog()) {
    rapidjson::Document expected;
    expected.Parse(entry.record.data(), entry.record.size());
    if (!expected.HasMember("lambda")) continue;
    const rapidjson::Value& facts = expected["lambda"];
    for (const Schema schema : {Schema::legacy, Schema::otel, Schema::ecs}) {
      LambdaFilterOptions options;
      options.schema = schema;
      const SchemaNames& names = names_of(schema);
      rapidjson::Document record;
      record.Parse(filtered_one(entry.line, options).c_str());
      const rapidjson::Value& there = names.lambda.empty() ? record : record["lambda"];
      EXPECT_EQ(text_member(there, names.event), text_member(facts, "event")) << entry.line;
      for (size_t field = 0; field < kLambdaFieldCount; ++field)
        EXPECT_EQ(text_member(there, names.fields[field].name),
                  text_member(facts, names_of(Schema::standard).fields[field].name))
            << names.fields[field].name << ": " << entry.line;
      EXPECT_TRUE(equal_without_case(text_member(record, names.level), text_member(expected, "level")))
          << text_member(record, names.level) << ": " << entry.line;
    }
  }
}

// After the message, which is the line itself.
std::string lambda_of(const std::string& record) {
  const size_t at = record.find("\"lambda\":");
  return at == std::string::npos ? "none" : record.substr(at);
}

TEST(catalog, spaces_in_place_of_tabs_change_lambda_lines) {
  constexpr std::array<std::string_view, 8> kKeywords = {"START ", "END ",        "REPORT ", "INIT_",
                                                         "XRAY ",  "EXTENSION\t", "LOGS\t",  "TELEMETRY\t"};
  int lines = 0;
  for (const Entry& entry : read_catalog()) {
    bool is_keyword_line = false;
    for (const std::string_view keyword : kKeywords)
      is_keyword_line = is_keyword_line || entry.line.starts_with(keyword);
    if (!is_keyword_line || entry.line.find('\t') == std::string::npos) continue;
    ++lines;
    for (const std::string_view blanks : {" ", "   ", " \t "}) {
      std::string line;
      for (const char c : entry.line) line += c == '\t' ? blanks : std::string_view(&c, 1);
      EXPECT_EQ(lambda_of(filtered_one(line)), lambda_of(entry.record)) << entry.row << ": " << line;
    }
  }
  EXPECT_GT(lines, 20);
}

// A JSON file cannot contain them.
TEST(catalog, invalid_utf8_in_a_line_is_replaced) {
  const std::string head = "2024-06-18T02:07:06.123Z\t6bc28136-aaaa-4365-b021-0ce6b2e64ab0\tINFO\t";
  EXPECT_EQ(filtered_one(head + "a\xff\xe2\x82z"),
            R"({"timestamp":"2024-06-18T02:07:06.123Z","level":"INFO","message":"a��z",)"
            R"("lambda":{"requestId":"6bc28136-aaaa-4365-b021-0ce6b2e64ab0"},)" +
                std::string(kTail));
  const std::string id = "a-\xff";
  EXPECT_EQ(lambda_of(filtered_one("END RequestId: " + id)),
            R"("lambda":{"event":"end","requestId":"a-�"},)" + std::string(kTail));
}

}  // namespace
}  // namespace penstock::logs
