// The record checker and the strict reader that it uses: the faults that they detect.
#include "tests/record_checker.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/strict_json.h"

namespace penstock::logs {
namespace {

TEST(strict_json, the_strict_reader_reads_json) {
  for (const std::string text : {"{}", " [ ] ", "0", "-0.5e+10", R"("")", R"("\u00e9\"\\\/\b")", "null",
                                 "\t{\"a\" : [1, {\"b\":true}], \"a\":2}\r\n",
                                 "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF\x7F\""})
    EXPECT_TRUE(strict_json::read(text)) << text;
}

TEST(strict_json, the_strict_reader_rejects_what_is_nearly_json) {
  for (const std::string text : {"",
                                 " ",
                                 "{",
                                 "}",
                                 "[1,]",
                                 "{\"a\":1,}",
                                 "{\"a\"}",
                                 "{a:1}",
                                 "[1 2]",
                                 "01",
                                 "1.",
                                 ".5",
                                 "+1",
                                 "1e",
                                 "-",
                                 "NaN",
                                 "nul",
                                 "\"",
                                 "\"\\x\"",
                                 "\"\\u12g4\"",
                                 "\"\n\"",
                                 "\"\x1F\"",
                                 "[1]x",
                                 "{}{}",
                                 "\"\x80\"",
                                 "\"\xC0\x80\"",
                                 "\"\xED\xA0\x80\"",
                                 "\"\xF4\x90\x80\x80\"",
                                 "\"\xE2\x82\"",
                                 "[}"})
    EXPECT_FALSE(strict_json::read(text)) << text;
}

TEST(strict_json, the_strict_reader_returns_members_as_written) {
  const auto value = strict_json::read(R"( { "a" : [ 1 ] , "\u0062":{"c":"}"}} )");
  ASSERT_TRUE(value);
  ASSERT_EQ(value->members.size(), 2u);
  EXPECT_EQ(value->members[0].name, "a");
  EXPECT_EQ(value->members[0].value, "[ 1 ]");
  EXPECT_EQ(value->members[1].name, "\\u0062");
  EXPECT_EQ(strict_json::member(*value, "b"), R"({"c":"}"})");
  EXPECT_EQ(value->depth, 2u);
}

TEST(strict_json, the_strict_reader_decodes_escapes) {
  EXPECT_EQ(strict_json::unescaped(R"(a\n\"\\\/\u00e9\u20ac\ud83d\ude00)"), "a\n\"\\/\u00e9\u20ac\U0001F600");
  EXPECT_EQ(strict_json::unescaped(R"(\ud83d-\ude00)"), "\uFFFD-\uFFFD");
}

std::string fault(const std::string& record, const std::string& body) {
  return RecordChecker({}).fault(record, body);
}

// Returns a record with the members that every record has.
std::string record(const std::string& members) {
  return "{" + members + R"(,"timestamp":"2019-08-25T13:59:15.269Z","event_id":"e1","source":{"logGroup":"g"}})";
}

TEST(record_checker, valid_records_have_no_fault) {
  EXPECT_EQ(fault(record(R"("level":"INFO","message":"a\nb")"), " a\r\nb \n"), "");
  EXPECT_EQ(fault(record(R"("level":"WARN","message":"low")"), "[Warn] low"), "");
  EXPECT_EQ(fault(record(R"("a":1e5)"), R"({"a":1e5})"), "");
  EXPECT_EQ(fault(record(R"("source_original":1,"b" : [1 ])"), "{\"source\":1,\"b\" : [1\n]}"), "");
}

TEST(record_checker, the_record_checker_detects_faults) {
  EXPECT_NE(fault("{\n}", "x"), "");
  EXPECT_NE(fault(R"({"level":"INFO","message":"x","timestamp":"","event_id":""})", "x"), "");
  EXPECT_NE(fault(record(R"("level":"INFO","message":"a)") + "\xFF\"}", "a\xFF"), "");
  EXPECT_NE(fault(record(R"("level":"INFO","message":"a")"), "a b"), "");
  EXPECT_NE(fault(record(R"("level":"INFO","message":"b")"), "a b"), "");
  EXPECT_NE(fault(record(R"("level":"INFO","message":"low")"), "[WARN] low"), "");
  EXPECT_NE(fault(record(R"("level":"INFO","message":"x","more":1)"), "x"), "");
  EXPECT_NE(fault(record(R"("level":"INFO","message":"{}")"), "{}"), "");
  EXPECT_NE(fault(record(R"("a":1.0)"), R"({"a":1})"), "");
  EXPECT_NE(fault(record(R"("b":1,"a":1)"), R"({"a":1,"b":1})"), "");
  EXPECT_NE(fault(record(R"("source_original":2)"), R"({"source":1})"), "");
}

TEST(record_checker, options_change_what_the_record_checker_expects) {
  LambdaFilterOptions options;
  options.json_key = "json";
  options.event_id = false;
  options.normalize_level = true;
  const RecordChecker checker(options);
  const std::string tail = R"(,"source":{"logGroup":"g"}})";
  const std::string head = R"({"timestamp":"2019-08-25T13:59:15.269Z",)";
  EXPECT_EQ(checker.fault(head + R"("level":"WARN","json":{"level":"warning"})" + tail, R"({"level":"warning"})"),
            "");
  EXPECT_NE(checker.fault(head + R"("level":"WARN","json":{"level":"WARN"})" + tail, R"({"level":"warning"})"),
            "");
  EXPECT_NE(checker.fault(head + R"("level":"WARN")" + tail, R"({"level":"warning"})"), "");
  EXPECT_NE(checker.fault(head + R"("json":{"a":1,"b":2})" + tail, R"({"a":1})"), "");
}

TEST(record_checker, the_record_checker_expects_renamed_members_with_their_values) {
  const RecordChecker checker({});
  const std::string object = R"({"event_id":1,"x":2})";
  EXPECT_EQ(checker.fault(record(R"("event_id_original":1,"x":2)"), object), "");
  EXPECT_EQ(checker.fault(record(R"("event_id_original_2":1,"x":2)"), object), "");
  EXPECT_NE(checker.fault(record(R"("event_id_originals":1,"x":2)"), object), "");
  EXPECT_NE(checker.fault(record(R"("event_id_original":3,"x":2)"), object), "");
  EXPECT_NE(checker.fault(record(R"("event_id":1,"x":2)"), object), "");
  EXPECT_NE(checker.fault(record(R"("x":2)"), object), "");
  LambdaFilterOptions options;
  options.event_id_key = "event.id";
  const std::string tail = R"(,"timestamp":"2019-08-25T13:59:15.269Z","event.id":"e1","source":{"logGroup":"g"}})";
  const RecordChecker dotted(options);
  EXPECT_EQ(dotted.fault(R"({"event":[{"id_original":1}])" + tail, R"({"event":[{"id":1}]})"), "");
  EXPECT_NE(dotted.fault(R"({"event":[{"id":1}])" + tail, R"({"event":[{"id":1}]})"), "");
  EXPECT_EQ(dotted.fault(R"({"event.id_original.x":1)" + tail, R"({"event.id.x":1})"), "");
}

TEST(record_checker, the_record_checker_expects_members_that_have_a_name_in_the_schema_at_the_top) {
  LambdaFilterOptions options;
  options.schema = Schema::ecs;
  options.timestamp_key = "@timestamp";
  const RecordChecker checker(options);
  const std::string head = R"({"@timestamp":"2019-08-25T13:59:15.269+02:00","log.level":"WARN",)";
  const std::string tail = R"(,"event.id":"e1","aws.cloudwatch.log_group":"g"})";
  const std::string object = R"({"level":"warn","a":1e5,"message":"m","requestId":"r"})";
  const std::string taken = R"("message":"m","faas.execution":"r")";
  EXPECT_EQ(checker.fault(head + taken + R"(,"app":{"a":1e5})" + tail, object), "");
  EXPECT_NE(checker.fault(head + taken + R"(,"app":{"a":1.0e5})" + tail, object), "");
  EXPECT_NE(checker.fault(head + taken + tail, object), "");
  EXPECT_NE(checker.fault(head + taken + R"(,"app":{"a":1e5,"message":"m"})" + tail, object), "");
  EXPECT_NE(checker.fault(head + R"("message":"m","app":{"a":1e5})" + tail, object), "");
  EXPECT_NE(checker.fault(head + R"("faas.execution":"r","app":{"a":1e5})" + tail, object), "");
  EXPECT_EQ(checker.fault(head + R"("message":"m")" + tail, R"({"level":"warn","message":"m"})"), "");
  EXPECT_NE(checker.fault(head + R"("a":1)" + tail, R"({"level":"warn"})"), "");
}

TEST(record_checker, the_record_checker_expects_extracted_fields_completely_or_as_text) {
  const std::string line = R"("level":"INFO","message":"x","extractedFields":)";
  const RecordChecker checker({});
  EXPECT_EQ(checker.fault(record(line + R"({"a":"1"})"), "x", R"({"a":"1"})"), "");
  EXPECT_EQ(checker.fault(record(line + R"("{")"), "x", "{"), "");
  EXPECT_NE(checker.fault(record(line + R"({"a":"2"})"), "x", R"({"a":"1"})"), "");
  EXPECT_NE(checker.fault(record(R"("level":"INFO","message":"x")"), "x", R"({"a":"1"})"), "");
}

}  // namespace
}  // namespace penstock::logs
