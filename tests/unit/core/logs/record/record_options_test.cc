// Each option of the record, on and off, for each kind of event: a line, an object, an object in a line of
// Node.js, and a platform record of Lambda.
#include <gtest/gtest.h>

#include <string>

#include "core/logs/record/record.h"
#include "tests/unit/core/logs/record/filtering.h"

namespace penstock::logs {
namespace {

const std::string kNode = "2025-10-09T08:53:20.025Z\t6bc28136-aaaa-4365-b021-0ce6b2e64ab0\tWARN\t";
const std::string kRequestId = R"("requestId":"6bc28136-aaaa-4365-b021-0ce6b2e64ab0")";
const std::string kPlatform =
    R"({"time":"2025-10-09T08:53:20.025Z","type":"platform.start","record":{"requestId":"r1","version":"7"}})";
const std::string kOrigin = R"({"logGroup":"/aws/lambda/f","logStream":"s","owner":"123","region":"eu-west-1"})";
const std::string kIdAndSource = R"("event_id":"e1","source":)" + kOrigin;
const std::string kNow = R"("timestamp":"2019-08-25T13:59:15.269Z")";
const std::string kThen = R"("timestamp":"2025-10-09T08:53:20.025Z")";

std::string without_brace(const std::string& object) { return object.substr(0, object.size() - 1); }

uint32_t bit(LambdaEvent event) { return uint32_t{1} << static_cast<uint32_t>(event); }

TEST(record_options, timestamp_key_names_the_time_in_every_kind_of_record) {
  LambdaFilterOptions options;
  options.timestamp_key = "@timestamp";
  EXPECT_EQ(filtered_one("hello", options),
            R"({"@timestamp":"2019-08-25T13:59:15.269Z","level":"INFO","message":"hello",)" + kIdAndSource + "}");
  EXPECT_EQ(
      filtered_one(R"({"timestamp":"2025-10-09T08:53:20Z"})", options),
      R"({"timestamp":"2025-10-09T08:53:20Z","@timestamp":"2025-10-09T08:53:20.000Z",)" + kIdAndSource + "}");
  EXPECT_EQ(filtered_one(R"({"@timestamp":5})", options),
            R"({"@timestamp_original":5,"@timestamp":"2019-08-25T13:59:15.269Z",)" + kIdAndSource + "}");
  EXPECT_EQ(filtered_one(kNode + "{}", options),
            R"({"@timestamp":"2025-10-09T08:53:20.025Z","level":"WARN","lambda":{)" + kRequestId + "}," +
                kIdAndSource + "}");
}

TEST(record_options, source_key_does_not_change_an_applications_source) {
  LambdaFilterOptions options;
  options.source_key = "origin";
  EXPECT_EQ(filtered_one(R"({"source":1})", options),
            R"({"source":1,)" + kNow + R"(,"event_id":"e1","origin":)" + kOrigin + "}");
  EXPECT_EQ(filtered_one(R"({"origin":1,"source":2})", options),
            R"({"origin_original":1,"source":2,)" + kNow + R"(,"event_id":"e1","origin":)" + kOrigin + "}");
}

TEST(record_options, json_key_keeps_objects_byte_for_byte_under_it) {
  LambdaFilterOptions options;
  options.json_key = "app";
  const auto under = [&](const std::string& object) { return filtered_one(object, options); };
  const std::string own =
      R"({ "source":1,"timestamp":"2025-10-09T08:53:20.025Z", "n":1.0e400,"n":2,"event_id":3 })";
  EXPECT_EQ(under(own), "{" + kThen + R"(,"app":)" + own + "," + kIdAndSource + "}");
  EXPECT_EQ(under("{}"), "{" + kNow + R"(,"app":{},)" + kIdAndSource + "}");
  EXPECT_EQ(under("hello"), "{" + kNow + R"(,"level":"INFO","message":"hello",)" + kIdAndSource + "}");
  EXPECT_EQ(under(kPlatform), "{" + kThen + R"(,"level":"INFO","app":)" + kPlatform +
                                  R"(,"lambda":{"event":"start","requestId":"r1","version":"7"},)" + kIdAndSource +
                                  "}");
  EXPECT_EQ(under(kNode + R"({"lambda":1})"), "{" + kThen + R"(,"level":"WARN","app":{"lambda":1},"lambda":{)" +
                                                  kRequestId + "}," + kIdAndSource + "}");
}

TEST(record_options, json_key_copies_the_level_of_the_object_to_the_top) {
  LambdaFilterOptions options;
  options.json_key = "app";
  EXPECT_EQ(filtered_one(R"({"level":"WARNING"})", options),
            "{" + kNow + R"(,"level":"WARNING","app":{"level":"WARNING"},)" + kIdAndSource + "}");
  EXPECT_EQ(filtered_one(R"({"level":30})", options), "{" + kNow + R"(,"app":{"level":30},)" + kIdAndSource + "}");
  EXPECT_EQ(filtered_one(kNode + R"({"level":"ERROR"})", options),
            "{" + kThen + R"(,"level":"ERROR","app":{"level":"ERROR"},"lambda":{)" + kRequestId + "}," +
                kIdAndSource + "}");
}

// Everything under the key is the application's own.
TEST(record_options, json_key_and_normalize_level_change_only_the_top_level) {
  LambdaFilterOptions options;
  options.json_key = "app";
  options.normalize_level = true;
  EXPECT_EQ(filtered_one(R"({"level":"Warning"})", options),
            "{" + kNow + R"(,"level":"WARN","app":{"level":"Warning"},)" + kIdAndSource + "}");
}

TEST(record_options, event_id_off_removes_it_from_every_kind_of_record) {
  LambdaFilterOptions options;
  options.event_id = false;
  const std::string source = R"("source":)" + kOrigin + "}";
  EXPECT_EQ(filtered_one("hello", options), "{" + kNow + R"(,"level":"INFO","message":"hello",)" + source);
  EXPECT_EQ(filtered_one(R"({"event_id":3})", options), R"({"event_id":3,)" + kNow + "," + source);
  EXPECT_EQ(filtered_one(kNode + "{}", options),
            "{" + kThen + R"(,"level":"WARN","lambda":{)" + kRequestId + "}," + source);
  EXPECT_EQ(filtered_one(kPlatform, options),
            without_brace(kPlatform) + "," + kThen +
                R"(,"level":"INFO","lambda":{"event":"start","requestId":"r1","version":"7"},)" + source);
}

TEST(record_options, keep_message_off_removes_messages_that_the_fields_repeat) {
  LambdaFilterOptions options;
  options.keep_message = false;
  for (const std::string line :
       {"START RequestId: 6bc28136-aaaa-4365-b021-0ce6b2e64ab0 Version: 7",
        "END RequestId: 6bc28136-aaaa-4365-b021-0ce6b2e64ab0",
        "REPORT RequestId: 6bc28136-aaaa-4365-b021-0ce6b2e64ab0\tDuration: 1 ms",
        "INIT_START Runtime Version: python:3.12.v1\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:x",
        "EXTENSION\tName: a\tState: Ready\tEvents: [INVOKE]",
        "2025-10-09T08:53:20.025Z 6bc28136-aaaa-4365-b021-0ce6b2e64ab0 Task timed out after 3.00 seconds"}) {
    EXPECT_NE(filtered_one(line).find("\"message\""), std::string::npos) << line;
    EXPECT_EQ(filtered_one(line, options).find("\"message\""), std::string::npos) << line;
  }
  for (const std::string line :
       {"hello", "[INFO]\t2025-10-09T08:53:20.025Z\t6bc28136-aaaa-4365-b021-0ce6b2e64ab0\thello",
        "[ERROR] KeyError: 'x'\nTraceback (most recent call last):",
        "RequestId: 6bc28136-aaaa-4365-b021-0ce6b2e64ab0 Error: Runtime exited with error: signal: killed\n"
        "Runtime.ExitError"})
    EXPECT_EQ(filtered_one(line, options), filtered_one(line)) << line;
  for (const std::string& object : {kPlatform, std::string(R"({"message":"m"})"), kNode + R"({"message":"m"})"})
    EXPECT_EQ(filtered_one(object, options), filtered_one(object)) << object;
}

TEST(record_options, drop_applies_to_text_and_json_alike) {
  LambdaFilterOptions options;
  options.drop = bit(LambdaEvent::start);
  const std::string start = "START RequestId: 6bc28136-aaaa-4365-b021-0ce6b2e64ab0 Version: 7";
  const std::string end = "END RequestId: 6bc28136-aaaa-4365-b021-0ce6b2e64ab0";
  EXPECT_EQ(filtered({start, kPlatform, kNode + kPlatform}, options).size(), 0u);
  EXPECT_EQ(filtered({start, end, "hello", "{}", kNode + "{}", kNode + "hello"}, options),
            filtered({end, "hello", "{}", kNode + "{}", kNode + "hello"}));
}

TEST(record_options, dropped_events_are_counted_and_do_not_affect_others) {
  LambdaFilterOptions options;
  options.drop = bit(LambdaEvent::start) | bit(LambdaEvent::end);
  LambdaFilter filter(options);
  const std::vector<penstock_record> events = {event_of("END RequestId: 6bc28136-aaaa-4365-b021-0ce6b2e64ab0"),
                                               event_of("a"), event_of(kPlatform), event_of("{}")};
  uint64_t emitted = 0;
  const auto count = [](void* ctx, const penstock_batch* batch) -> int32_t {
    *static_cast<uint64_t*>(ctx) += batch->record_count;
    return PENSTOCK_OK;
  };
  EXPECT_EQ(filter.apply(batch_of(events), count, &emitted), PENSTOCK_OK);
  EXPECT_EQ(emitted, 2u);
  EXPECT_EQ(filter.counters().records, 4);
  EXPECT_EQ(filter.counters().dropped, 2);
  EXPECT_EQ(filter.counters().wrapped, 1);
  EXPECT_EQ(filter.counters().passed_through, 1);
  EXPECT_EQ(filter.counters().excluded, 0);
}

TEST(record_options, an_excluded_log_group_emits_nothing_and_is_counted) {
  LambdaFilterOptions options;
  options.log_groups = LogGroups("", "/aws/lambda/*");
  LambdaFilter filter(options);
  const auto none = [](void*, const penstock_batch*) -> int32_t { return PENSTOCK_E_INTERNAL; };
  const std::vector<penstock_record> events = {event_of("a"), event_of("b")};
  EXPECT_EQ(filter.apply(batch_of(events), none, nullptr), PENSTOCK_OK);
  EXPECT_EQ(filter.counters().records, 2);
  EXPECT_EQ(filter.counters().excluded, 2);
}

TEST(record_options, normalize_level_uses_one_vocabulary_for_every_kind_of_record) {
  LambdaFilterOptions options;
  options.normalize_level = true;
  EXPECT_EQ(filtered_one("[CRITICAL]\t2025-10-09T08:53:20.025Z\t\tx", options),
            "{" + kThen + R"(,"level":"FATAL","message":"x",)" + kIdAndSource + "}");
  EXPECT_EQ(filtered_one("[Level 25]\t2025-10-09T08:53:20.025Z\t\tx", options),
            filtered_one("[Level 25]\t2025-10-09T08:53:20.025Z\t\tx"));
  EXPECT_EQ(filtered_one(R"({"a":{"level":"Warning"}, "level" : "Information" ,"z":"level"})", options),
            R"({"a":{"level":"Warning"}, "level" : "INFO" ,"z":"level",)" + kNow + "," + kIdAndSource + "}");
  EXPECT_EQ(filtered_one(R"({"level":"loud"})", options), R"({"level":"loud",)" + kNow + "," + kIdAndSource + "}");
  EXPECT_EQ(filtered_one(R"({"level":40})", options), R"({"level":40,)" + kNow + "," + kIdAndSource + "}");
  EXPECT_EQ(filtered_one(R"({"level":"w\u0061rning"})", options),
            R"({"level":"WARN",)" + kNow + "," + kIdAndSource + "}");
  EXPECT_EQ(filtered_one(kNode + R"({"level":"warning"})", options),
            R"({"level":"WARN",)" + kThen + R"(,"lambda":{)" + kRequestId + "}," + kIdAndSource + "}");
}

TEST(record_options, normalize_level_and_source_key_work_together_in_either_order) {
  LambdaFilterOptions options;
  options.normalize_level = true;
  EXPECT_EQ(filtered_one(R"({"source":1,"level":"err","x":2})", options),
            R"({"source_original":1,"level":"ERROR","x":2,)" + kNow + "," + kIdAndSource + "}");
  EXPECT_EQ(filtered_one(R"({"level":"err","x":2,"source":1})", options),
            R"({"level":"ERROR","x":2,"source_original":1,)" + kNow + "," + kIdAndSource + "}");
  EXPECT_EQ(filtered_one(R"({"source":1,"level":"err","source":2})", options),
            R"({"source_original":1,"level":"ERROR","source_original":2,)" + kNow + "," + kIdAndSource + "}");
}

TEST(record_options, parse_json_in_message_off_keeps_the_line) {
  LambdaFilterOptions options;
  options.parse_json_in_message = false;
  EXPECT_EQ(filtered_one(kNode + R"({"a":1})", options),
            "{" + kThen + R"(,"level":"WARN","message":"{\"a\":1}","lambda":{)" + kRequestId + "}," +
                kIdAndSource + "}");
  EXPECT_EQ(filtered_one(R"({"a":1})", options), filtered_one(R"({"a":1})"));
  EXPECT_EQ(filtered_one(kPlatform, options), filtered_one(kPlatform));
}

TEST(record_options, extracted_fields_are_added_to_every_kind_that_lacks_them) {
  const auto with_fields = [](const std::string& body, const std::string& fields,
                              const std::string& json_key = "") {
    LambdaFilterOptions options;
    options.json_key = json_key;
    LambdaFilter filter(options);
    std::vector<penstock_record> events = {event_of(body)};
    events[0].extracted_fields = bytes(fields);
    std::string record;
    const auto emit = [](void* ctx, const penstock_batch* batch) -> int32_t {
      *static_cast<std::string*>(ctx) = view(batch->records[0].body);
      EXPECT_EQ(batch->records[0].extracted_fields.size, 0u);
      return PENSTOCK_OK;
    };
    EXPECT_EQ(filter.apply(batch_of(events), emit, &record), PENSTOCK_OK);
    return record;
  };
  const std::string source = R"("source":)" + kOrigin + "}";
  const std::string added = R"("event_id":"e1","extractedFields":{"a":1},)" + source;
  EXPECT_EQ(with_fields("x", R"({"a":1})"), "{" + kNow + R"(,"level":"INFO","message":"x",)" + added);
  EXPECT_EQ(with_fields("x", "{\"a\":\n1}"),
            "{" + kNow + R"(,"level":"INFO","message":"x","event_id":"e1","extractedFields":{"a": 1},)" + source);
  EXPECT_EQ(with_fields("{}", R"({"a":1})"), "{" + kNow + "," + added);
  EXPECT_EQ(with_fields(R"({"extractedFields":0})", R"({"a":1})"),
            R"({"extractedFields_original":0,)" + kNow + "," + added);
  EXPECT_EQ(with_fields(R"({"extractedFields":0})", R"({"a":1})", "app"),
            "{" + kNow + R"(,"app":{"extractedFields":0},)" + added);
  EXPECT_EQ(with_fields("x", ""), "{" + kNow + R"(,"level":"INFO","message":"x",)" + kIdAndSource + "}");
  // A client of the filter may pass any values.
  EXPECT_EQ(
      with_fields("x", R"({"a":1}})"),
      "{" + kNow + R"(,"level":"INFO","message":"x","event_id":"e1","extractedFields":"{\"a\":1}}",)" + source);
}

}  // namespace
}  // namespace penstock::logs
