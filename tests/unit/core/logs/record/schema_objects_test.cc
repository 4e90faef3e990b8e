// Objects that the application wrote, in the schemas of OpenTelemetry and Elastic: what has a name in the schema
// is at the top, and the other members are under one member.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "core/logs/record/schema.h"
#include "tests/unit/core/logs/record/filtering.h"

namespace penstock::logs {
namespace {

LambdaFilterOptions with(Schema schema) {
  LambdaFilterOptions options;
  options.schema = schema;
  options.timestamp_key = names_of(schema).timestamp;
  return options;
}

const std::string kOtelSource =
    R"("log.record.uid":"e1","aws.log.group.names":["/aws/lambda/f"],"aws.log.stream.names":["s"],)"
    R"("cloud.account.id":"123","cloud.region":"eu-west-1"})";
const std::string kEcsSource =
    R"("event.id":"e1","aws.cloudwatch.log_group":"/aws/lambda/f","aws.cloudwatch.log_stream":"s",)"
    R"("cloud.account.id":"123","cloud.region":"eu-west-1"})";

// Returns what comes between the time and the event ID of an object's record.
std::string between(const std::string& object, const LambdaFilterOptions& options, const std::string& time) {
  const bool is_otel = options.schema == Schema::otel;
  const std::string head = "{\"" + options.timestamp_key + "\":\"" + time + "\"";
  const std::string tail = "," + (is_otel ? kOtelSource : kEcsSource);
  const std::string record = filtered_one(object, options);
  EXPECT_TRUE(record.starts_with(head)) << record;
  EXPECT_TRUE(record.ends_with(tail)) << record;
  return record.substr(head.size(), record.size() - head.size() - tail.size());
}
std::string otel(const std::string& object, const std::string& time = std::string(kEventTime)) {
  return between(object, with(Schema::otel), time);
}
std::string ecs(const std::string& object, const std::string& time = std::string(kEventTime)) {
  return between(object, with(Schema::ecs), time);
}

TEST(schema_objects, level_message_and_request_id_are_at_the_top_and_the_rest_is_under_one_member) {
  const std::string object =
      R"({"timestamp":"2025-10-09T08:53:20.025Z","level":"warn","message":"a\n\u0062","requestId":"r1",)"
      R"("n":1.0e400,"n":2,"sub":{"level":"x"}})";
  EXPECT_EQ(otel(object, "2025-10-09T08:53:20.025Z"),
            R"(,"severity_text":"WARN","severity_number":13,"body":"a\n\u0062","faas.invocation_id":"r1",)"
            R"("attributes":{"timestamp":"2025-10-09T08:53:20.025Z","n":1.0e400,"n":2,"sub":{"level":"x"}})");
  EXPECT_EQ(ecs(object, "2025-10-09T08:53:20.025Z"),
            R"(,"log.level":"WARN","message":"a\n\u0062","faas.execution":"r1",)"
            R"("app":{"timestamp":"2025-10-09T08:53:20.025Z","n":1.0e400,"n":2,"sub":{"level":"x"}})");
}

TEST(schema_objects, a_members_place_does_not_matter) {
  for (const std::string object : {
           R"({"level":"INFO","a":1,"b":[2],"message":"m"})",
           R"({"a":1,"level":"INFO","message":"m","b":[2]})",
           R"({"a":1,"message":"m","b":[2],"level":"INFO"})",
           R"({"message":"m","level":"INFO","a":1,"b":[2]})",
           R"({"a":1,"b":[2],"message":"m","level":"INFO"})",
           "{ \"a\":1 ,\t\"level\" : \"INFO\" , \"b\":[2],\r\n\"message\"\n: \"m\"\n}",
           R"({"a":1,"l\u0065vel":"INFO","b":[2],"m\u0065ssage":"m"})",
       })
    EXPECT_TRUE(ecs(object) == R"(,"log.level":"INFO","message":"m","app":{"a":1,"b":[2]})" ||
                ecs(object) == R"(,"log.level":"INFO","message":"m","app":{"a":1 ,"b":[2]})")
        << object << " became " << ecs(object);
}

TEST(schema_objects, values_that_end_like_separators_are_kept) {
  EXPECT_EQ(ecs(R"({"a":", ","level":"INFO","b":" ,"})"), R"(,"log.level":"INFO","app":{"a":", ","b":" ,"})");
  EXPECT_EQ(ecs(R"({"level":"IN\"FO\\","message":"\\\"","b":"\\"})"),
            R"(,"log.level":"IN\"FO\\","message":"\\\"","app":{"b":"\\"})");
}

TEST(schema_objects, the_last_member_of_a_name_counts_if_it_is_a_text) {
  EXPECT_EQ(ecs(R"({"level":"INFO","level":"WARN","message":"a","message":"b"})"),
            R"(,"log.level":"WARN","message":"b","app":{"level":"INFO","message":"a"})");
  EXPECT_EQ(ecs(R"({"level":"INFO","level":30,"message":"a","message":{"b":1}})"),
            R"(,"app":{"level":"INFO","level":30,"message":"a","message":{"b":1}})");
  EXPECT_EQ(ecs(R"({"level":null,"message":["a"],"requestId":7})"),
            R"(,"app":{"level":null,"message":["a"],"requestId":7})");
  EXPECT_EQ(ecs(R"({"level":"","message":"","requestId":""})"),
            R"(,"app":{"level":"","message":"","requestId":""})");
  EXPECT_EQ(ecs(R"({"x":{"level":"INFO","message":"a","requestId":"r"}})"),
            R"(,"app":{"x":{"level":"INFO","message":"a","requestId":"r"}})");
}

TEST(schema_objects, the_request_id_has_the_first_of_its_names) {
  EXPECT_EQ(otel(R"({"AWSRequestId":"r2"})"), R"(,"faas.invocation_id":"r2")");
  EXPECT_EQ(otel(R"({"function_request_id":"r3","x":1})"), R"(,"faas.invocation_id":"r3","attributes":{"x":1})");
  EXPECT_EQ(otel(R"({"function_request_id":"r3","AWSRequestId":"r2","requestId":"r1"})"),
            R"(,"faas.invocation_id":"r1","attributes":{"function_request_id":"r3","AWSRequestId":"r2"})");
}

TEST(schema_objects, without_a_remaining_member_there_is_no_member_for_them) {
  EXPECT_EQ(otel(R"({"message":"m"})"), R"(,"body":"m")");
  EXPECT_EQ(otel("{}"), R"(,"attributes":{})");
  EXPECT_EQ(otel(R"({"a":1})"), R"(,"attributes":{"a":1})");
}

TEST(schema_objects, json_key_names_the_member) {
  LambdaFilterOptions options = with(Schema::otel);
  options.json_key = "app";
  EXPECT_EQ(between(R"({"message":"m","a":1})", options, std::string(kEventTime)), R"(,"body":"m","app":{"a":1})");
}

TEST(schema_objects, each_level_has_the_severity_number_of_opentelemetry) {
  for (const auto& [level, text, number] : {std::array{"trace", "TRACE", "1"},
                                            {"Debug", "DEBUG", "5"},
                                            {"Information", "INFORMATION", "9"},
                                            {"WARNING", "WARNING", "13"},
                                            {"error", "ERROR", "17"},
                                            {"critical", "CRITICAL", "21"}})
    EXPECT_EQ(otel(std::string(R"({"level":")") + level + "\"}"),
              std::string(R"(,"severity_text":")") + text + R"(","severity_number":)" + number);
  EXPECT_EQ(otel(R"({"level":"Level 25"})"), R"(,"severity_text":"LEVEL 25")");
  LambdaFilterOptions options = with(Schema::otel);
  options.normalize_level = true;
  EXPECT_EQ(between(R"({"level":"critical"})", options, std::string(kEventTime)),
            R"(,"severity_text":"FATAL","severity_number":21)");
}

TEST(schema_objects, an_object_without_a_level_gets_none) {
  EXPECT_EQ(otel(R"({"a":1})").find("severity"), std::string::npos);
  EXPECT_EQ(ecs(R"({"a":1})").find("log.level"), std::string::npos);
}

TEST(schema_objects, an_unhandled_error_has_its_facts_and_the_object_keeps_its_level) {
  const std::string object =
      R"({"timestamp":"2025-10-09T08:53:20Z","log_level":"ERROR","errorMessage":"'x'","errorType":"KeyError",)"
      R"("requestId":"r1","location":"","stackTrace":[]})";
  EXPECT_EQ(
      otel(object, "2025-10-09T08:53:20.000Z"),
      R"(,"severity_text":"ERROR","severity_number":17,"faas.invocation_id":"r1","attributes":)"
      R"({"timestamp":"2025-10-09T08:53:20Z","log_level":"ERROR","errorMessage":"'x'","errorType":"KeyError",)"
      R"("location":"","stackTrace":[]},"aws.lambda.event":"error","error.type":"KeyError")");
}

TEST(schema_objects, an_object_in_a_line_precedes_the_facts_of_the_line) {
  const std::string line = "2025-10-09T08:53:20.025Z\t6bc28136-aaaa-4365-b021-0ce6b2e64ab0\tWARN\t";
  const std::string time = "2025-10-09T08:53:20.025Z";
  EXPECT_EQ(ecs(line + R"({"n":1})", time), R"(,"log.level":"WARN","app":{"n":1},)"
                                            R"("faas.execution":"6bc28136-aaaa-4365-b021-0ce6b2e64ab0")");
  EXPECT_EQ(ecs(line + R"({"level":"error","message":"m","requestId":"r1"})", time),
            R"(,"log.level":"ERROR","message":"m","faas.execution":"r1")");
}

TEST(schema_objects, names_of_the_record_in_the_object_do_not_matter) {
  EXPECT_EQ(
      otel(R"({"body":1,"severity_text":2,"log":{"record":{"uid":3}},"cloud.region":4,"attributes":5})"),
      R"(,"attributes":{"body":1,"severity_text":2,"log":{"record":{"uid":3}},"cloud.region":4,"attributes":5})");
}

TEST(schema_objects, invalid_utf8_and_line_ends_are_repaired_in_every_part) {
  EXPECT_EQ(ecs("{\"message\":\"\xff\",\n\"a\xff\":\n1}"), ",\"message\":\"\uFFFD\",\"app\":{\"a\uFFFD\": 1}");
}

}  // namespace
}  // namespace penstock::logs
