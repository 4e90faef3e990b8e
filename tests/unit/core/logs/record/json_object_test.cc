// Messages that are JSON objects, each with its record.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <string>
#include <vector>

#include "tests/unit/core/logs/record/filtering.h"

namespace penstock::logs {
namespace {

const std::string kTimestamp = R"("timestamp":")" + std::string(kEventTime) + "\"";
const std::string kId = R"("event_id":"e1")";
const std::string kSourceValue =
    R"({"logGroup":"/aws/lambda/f","logStream":"s","owner":"123","region":"eu-west-1"})";
const std::string kSource = R"("source":)" + kSourceValue;

struct Case {
  std::string message;
  std::string expected;
};

void expect(const std::vector<Case>& cases, const LambdaFilterOptions& options = {}) {
  for (const Case& c : cases) EXPECT_EQ(filtered_one(c.message, options), c.expected) << c.message;
}

// Checks the record of a message that is not an object.
void expect_text(const std::string& message) {
  const std::string out = filtered_one(message);
  rapidjson::Document document;
  document.Parse(out.data(), out.size());
  ASSERT_FALSE(document.HasParseError()) << out;
  EXPECT_TRUE(out.starts_with("{" + kTimestamp + R"(,"level":"INFO","message":")")) << out;
}

TEST(transform, a_json_object_keeps_its_bytes_and_gets_missing_members) {
  const std::string added = kTimestamp + "," + kId + "," + kSource + "}";
  expect({
      {R"({"a":1})", R"({"a":1,)" + added},
      {"{}", "{" + added},
      {"  { }\n", "{ " + added},
      {R"({"big":123456789012345678901234567890,"e":1E+02,"f":1.10,"a":1,"a":2,"s":"\u0041\/é"})",
       R"({"big":123456789012345678901234567890,"e":1E+02,"f":1.10,"a":1,"a":2,"s":"\u0041\/é",)" + added},
      {R"({"n":{"source":1,"timestamp":2,"level":3,"event_id":4,"lambda":5,"time":"2020-01-01T00:00:00Z"},"l":[{"source":1}]})",
       R"({"n":{"source":1,"timestamp":2,"level":3,"event_id":4,"lambda":5,"time":"2020-01-01T00:00:00Z"},"l":[{"source":1}],)" +
           added},
  });
}

TEST(transform, an_objects_own_source_is_renamed) {
  const std::string added = "," + kTimestamp + "," + kId + "," + kSource + "}";
  expect({
      {R"({"source":"aws.s3","a":1})", R"({"source_original":"aws.s3","a":1)" + added},
      {R"({"a":1, "source" : {"source":2}})", R"({"a":1, "source_original" : {"source":2})" + added},
      {R"({"source":1,"source":2})", R"({"source_original":1,"source_original":2)" + added},
      {R"({"so\u0075rce":1})", R"({"source_original":1)" + added},
      {R"({"source":1,"source_original":2})", R"({"source_original_2":1,"source_original":2)" + added},
      {R"({"source_original":2,"source_original_2":3,"source_original_17":4,"source":1})",
       R"({"source_original":2,"source_original_2":3,"source_original_17":4,"source_original_18":1)" + added},
      {R"({"source_original":2})", R"({"source_original":2)" + added},
  });
}

TEST(transform, options_rename_timestamp_and_source) {
  LambdaFilterOptions options;
  options.timestamp_key = "@timestamp";
  options.source_key = "cloud\"watch";
  const std::string added = "," + kId + R"(,"cloud\"watch":)" + kSourceValue + "}";
  expect(
      {
          {"text", R"({"@timestamp":"2019-08-25T13:59:15.269Z","level":"INFO","message":"text")" + added},
          {R"({"source":1})", R"({"source":1,"@timestamp":"2019-08-25T13:59:15.269Z")" + added},
          {R"({"cloud\"watch":1})",
           R"({"cloud\"watch_original":1,"@timestamp":"2019-08-25T13:59:15.269Z")" + added},
          {R"({"timestamp":"2020-01-02T03:04:05Z"})",
           R"({"timestamp":"2020-01-02T03:04:05Z","@timestamp":"2020-01-02T03:04:05.000Z")" + added},
          {R"({"@timestamp":1})", R"({"@timestamp_original":1,"@timestamp":"2019-08-25T13:59:15.269Z")" + added},
      },
      options);
}

TEST(transform, a_pretty_printed_object_comes_out_on_one_line) {
  expect({{"{\r\n\t\"a\": [\n1,\n2],\n\"b\": \"x\\ny\"\n}\n",
           "{  \t\"a\": [ 1, 2], \"b\": \"x\\ny\" ," + kTimestamp + "," + kId + "," + kSource + "}"}});
}

TEST(transform, invalid_utf8_in_an_object_is_replaced) {
  expect(
      {{"{\"a\xff\":\"\xe2\x82\"}", "{\"a\uFFFD\":\"\uFFFD\"," + kTimestamp + "," + kId + "," + kSource + "}"}});
}

TEST(transform, a_node_line_with_an_object_adds_level_time_and_request) {
  const std::string head = "2024-06-18T02:07:06.123Z\t6bc28136-aaaa-4365-b021-0ce6b2e64ab0\tWARN\t";
  const std::string lambda = R"("lambda":{"requestId":"6bc28136-aaaa-4365-b021-0ce6b2e64ab0"})";
  const std::string end = "," + kId + "," + kSource + "}";
  expect({
      {head + R"({"a":1})" + "\n",
       R"({"a":1,"timestamp":"2024-06-18T02:07:06.123Z","level":"WARN",)" + lambda + end},
      {head + R"({"level":"info","timestamp":"now","lambda":1})",
       R"({"level":"info","timestamp_original":"now","lambda":1,"timestamp":"2024-06-18T02:07:06.123Z")" + end},
      {head + R"({"_aws":{"Timestamp":1566741555271}})",
       R"({"_aws":{"Timestamp":1566741555271},"timestamp":"2019-08-25T13:59:15.271Z","level":"WARN",)" + lambda +
           end},
      {"2024-06-18T02:07:06.123Z\tundefined\tINFO\t{\"a\":1}",
       R"({"a":1,"timestamp":"2024-06-18T02:07:06.123Z","level":"INFO")" + end},
  });
}

TEST(transform, platform_records_in_json_have_the_names_of_the_text_format) {
  const auto out = [](const std::string& type, const std::string& record, const std::string& level,
                      const std::string& lambda) {
    const std::string object =
        R"({"time":"2020-08-20T12:31:32.123Z","type":"platform.)" + type + R"(","record":)" + record;
    EXPECT_EQ(filtered_one(object + "}"), object + R"(,"timestamp":"2020-08-20T12:31:32.123Z","level":")" + level +
                                              "\"" + (lambda.empty() ? "" : R"(,"lambda":{)" + lambda + "}") +
                                              "," + kId + "," + kSource + "}");
  };
  out("start",
      R"({"requestId":"r1","version":"$LATEST","tenantId":"blue","tracing":{"spanId":"5","type":"X-Amzn-Trace-Id",)"
      R"("value":"Root=1-5e;Parent=07a8;Sampled=1;Lineage=1:4:0"}})",
      "INFO",
      R"("event":"start","requestId":"r1","version":"$LATEST","tenantId":"blue","xrayTraceId":"1-5e",)"
      R"("xraySegmentId":"07a8","xraySampled":true)");
  out("report",
      R"({"metrics":{"maxMemoryUsedMB":77,"durationMs":26.843,"billedDurationMs":27,"memorySizeMB":128,)"
      R"("initDurationMs":7e2,"restoreDurationMs":1,"billedRestoreDurationMs":2},"status":"timeout",)"
      R"("errorType":"T","requestId":"r1"})",
      "ERROR",
      R"("event":"report","requestId":"r1","durationMs":26.843,"billedDurationMs":27,"memorySizeMB":128,)"
      R"("maxMemoryUsedMB":77,"initDurationMs":7e2,"restoreDurationMs":1,"billedRestoreDurationMs":2,)"
      R"("status":"timeout","errorType":"T")");
  out("initReport", R"({"phase":"init","status":"success","metrics":{"durationMs":548.578}})", "INFO",
      R"("event":"initReport","initDurationMs":548.578,"status":"success","phase":"init")");
  out("restoreReport",
      R"({"status":"failure","errorType":"E","metrics":{"durationMs":150.5,"billedDurationMs":9}})", "ERROR",
      R"("event":"restoreReport","restoreDurationMs":150.5,"billedRestoreDurationMs":9,"status":"failure",)"
      R"("errorType":"E")");
  out("initStart", R"({"phase":"init","runtimeVersion":"v","runtimeVersionArn":"arn"})", "INFO",
      R"("event":"initStart","phase":"init","runtimeVersion":"v","runtimeVersionArn":"arn")");
  out("restoreStart", "{}", "INFO", R"("event":"restoreStart")");
  out("runtimeDone", R"({"requestId":"r1","status":"success","metrics":{"durationMs":5}})", "INFO",
      R"("requestId":"r1","status":"success")");
  out("extension", R"({"name":"n","state":"Ready","events":["INVOKE"]})", "INFO",
      R"("event":"extension","extensionName":"n","extensionState":"Ready")");
  out("telemetrySubscription", R"({"name":"n","state":"Subscribed"})", "INFO",
      R"("event":"telemetry","extensionName":"n","extensionState":"Subscribed")");
  out("logsSubscription", R"({"name":"n"})", "INFO", R"("event":"logs","extensionName":"n")");
  out("logsDropped", R"({"reason":"slow","droppedRecords":123})", "WARN", R"("event":"logsDropped")");
  out("end", R"({"requestId":"r1"})", "INFO", R"("event":"end","requestId":"r1")");
  out("fault", R"("RequestId: r1 Process exited before completing request")", "ERROR",
      R"("event":"exit","requestId":"r1")");
  out("fault", R"("something else")", "ERROR", R"("event":"error")");
}

TEST(transform, an_object_similar_to_a_platform_record_passes_unchanged) {
  const std::string added = "," + kTimestamp + "," + kId + "," + kSource + "}";
  expect({
      {R"({"type":"platform.start"})", R"({"type":"platform.start")" + added},
      {R"({"type":"function","record":{"requestId":"r"}})",
       R"({"type":"function","record":{"requestId":"r"})" + added},
      {R"({"x":{"type":"platform.start"},"record":{}})", R"({"x":{"type":"platform.start"},"record":{})" + added},
      {R"({"type":"platform.start","record":[{"requestId":"r"}]})",
       R"({"type":"platform.start","record":[{"requestId":"r"}])" + added},
  });
}

TEST(transform, json_that_is_not_one_object_is_text) {
  for (const std::string message : {"[1,2]", "\"a\"", "17", "null", "{} more", "{}{}", "{\"a\":1}}", "{\"a\":1",
                                    "{\"a\":NaN}", "{\"a\":Infinity}", "{'a':1}", "{\"a\":1,}", "{a:1}",
                                    "{\"a\":01}", "{\"a\":\"\t\"}", "{", "}", "{\"a\":\"\\ud800\"}"})
    expect_text(message);
  for (int control = 0; control < 0x20; ++control) {
    expect_text("{\"a\":\"" + std::string(40, 'x') + static_cast<char>(control) + "\"}");
    if (control != '\t' && control != '\n' && control != '\r')
      expect_text("{\"a\":1" + std::string(1, static_cast<char>(control)) + "}");
  }
  expect_text("{\"a\":1}" + std::string(1, '\0') + "{}");
}

TEST(transform, numbers_beyond_doubles_are_valid_json) {
  const std::string added = "," + kTimestamp + "," + kId + "," + kSource + "}";
  const std::string digits(400, '9');
  expect({
      {R"({"a":1e999,"b":-1E+4000,"c":"1e999"})", R"({"a":1e999,"b":-1E+4000,"c":"1e999")" + added},
      {"{\"a\":[" + digits + "," + digits + ".5]}", "{\"a\":[" + digits + "," + digits + ".5]" + added},
  });
  expect_text("{\"a\":1e999,\"b\":1e}");
  expect_text("{\"a\":1e999e5}");
}

TEST(transform, the_depth_of_parsed_objects_is_limited) {
  const auto nested = [](size_t levels) {
    return "{\"a\":" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
  };
  EXPECT_TRUE(filtered_one(nested(1000)).starts_with("{\"a\":[["));
  expect_text(nested(1001));
  expect_text("{\"a\":" + std::string(100000, '['));
  std::string objects;
  for (int level = 0; level < 100000; ++level) objects += "{\"a\":";
  expect_text(objects + "}");
}

TEST(transform, a_record_that_was_already_filtered_keeps_its_parts) {
  penstock_record event = event_of(
      R"({"timestamp":"2020-01-02T03:04:05.000Z","level":"INFO","message":"m","event_id":"e0","source":{"logGroup":"g"}})");
  event.flags = PENSTOCK_RECORD_JSON | PENSTOCK_RECORD_TIME_IS_ARRIVAL | 0x80u;
  LambdaFilter filter({});
  struct Seen {
    std::string body;
    uint32_t flags = 0;
  } seen;
  const auto emit = [](void* ctx, const penstock_batch* batch) -> int32_t {
    *static_cast<Seen*>(ctx) = {std::string(view(batch->records[0].body)), batch->records[0].flags};
    return PENSTOCK_OK;
  };
  EXPECT_EQ(filter.apply(batch_of({event}), emit, &seen), PENSTOCK_OK);
  EXPECT_EQ(seen.body,
            R"({"timestamp":"2020-01-02T03:04:05.000Z","level":"INFO","message":"m","event_id_original":"e0",)"
            R"("source_original":{"logGroup":"g"},)" +
                kId + "," + kSource + "}");
  EXPECT_EQ(seen.flags, event.flags);
}

}  // namespace
}  // namespace penstock::logs
