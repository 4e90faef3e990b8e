// The effect of each option of filter lambda_logs on an event, written by hand. It is the same however the filter
// is driven.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace penstock::lambda_options {

// The source and the time of the events.
inline constexpr char kLogGroup[] = "/aws/lambda/mill";
inline constexpr char kLogStream[] = "2025/10/09/[7]5d1c";
inline constexpr char kOwner[] = "123456789012";
inline constexpr char kId[] = "id-1";
inline constexpr long long kTimeMs = 1566741555269;  // 2019-08-25T13:59:15.269Z

struct Case {
  std::string name;
  std::vector<std::pair<std::string, std::string>> options;
  std::string message;
  std::string record;  // "": the event is left out
};
inline void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

inline constexpr char kStart[] = "START RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001 Version: 7\n";
inline constexpr char kReport[] =
    "REPORT RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\tDuration: 24.61 ms\tBilled Duration: 25 ms\t"
    "Memory Size: 256 MB\tMax Memory Used: 58 MB\tInit Duration: 131.07 ms\t\n";
inline constexpr char kNodeJson[] =
    "2019-08-25T13:59:16.000Z\t8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\tWARN\t{\"seats\":0}\n";

// The time as JSON in the records.
inline const std::string kTime = R"("2019-08-25T13:59:15.269Z")";
inline const std::string kReportText =
    R"("REPORT RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\tDuration: 24.61 ms\tBilled Duration: 25 ms\t)"
    R"(Memory Size: 256 MB\tMax Memory Used: 58 MB\tInit Duration: 131.07 ms")";
inline const std::string kRequestId = R"("requestId":"8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001")";
inline const std::string kSource =
    R"({"logGroup":"/aws/lambda/mill","logStream":"2025/10/09/[7]5d1c","owner":"123456789012"})";
inline const std::string kIdAndSource = R"("event_id":"id-1","source":)" + kSource;

inline const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"no_option",
       {},
       "hello\n",
       R"({"timestamp":)" + kTime + R"(,"level":"INFO","message":"hello",)" + kIdAndSource + "}"},
      {"schema_legacy",
       {{"schema", "legacy"}},
       kReport,
       R"({"timestamp":)" + kTime + R"(,"level":"INFO","message":)" + kReportText +
           R"(,"lambda":{"event":"report",)" + kRequestId +
           R"(,"durationMs":24.61,"billedMs":25,"maxMemoryMb":256,"usedMemoryMb":58,"initializationMs":131.07},)" +
           kIdAndSource + "}"},
      // Memory is in units of 1,048,576 bytes; see faas.max_memory in
      // https://opentelemetry.io/docs/specs/semconv/registry/attributes/faas/
      {"schema_otel",
       {{"schema", "otel"}},
       kReport,
       R"({"timestamp":)" + kTime + R"(,"severity_text":"INFO","severity_number":9,"body":)" + kReportText +
           R"(,"aws.lambda.event":"report","faas.invocation_id":"8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001",)"
           R"("faas.invoke_duration":0.02461,"aws.lambda.billed_duration":0.025,"faas.max_memory":268435456,)"
           R"("faas.mem_usage":60817408,"faas.init_duration":0.13107,"log.record.uid":"id-1",)"
           R"("aws.log.group.names":["/aws/lambda/mill"],"aws.log.stream.names":["2025/10/09/[7]5d1c"],)"
           R"("cloud.account.id":"123456789012"})"},
      {"schema_ecs",
       {{"schema", "ecs"}},
       kReport,
       R"({"@timestamp":)" + kTime + R"(,"log.level":"INFO","message":)" + kReportText +
           R"(,"event.action":"report","faas.execution":"8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001",)"
           R"("aws.lambda.metrics.duration_ms":24.61,"aws.lambda.metrics.billed_duration_ms":25,)"
           R"("aws.lambda.metrics.memory_size_mb":256,"aws.lambda.metrics.max_memory_used_mb":58,)"
           R"("aws.lambda.metrics.init_duration_ms":131.07,"event.id":"id-1",)"
           R"("aws.cloudwatch.log_group":"/aws/lambda/mill","aws.cloudwatch.log_stream":"2025/10/09/[7]5d1c",)"
           R"("cloud.account.id":"123456789012"})"},
      {"source_key",
       {{"source_key", "origin"}},
       R"({"level":"INFO","source":"mine"})",
       R"({"level":"INFO","source":"mine","timestamp":)" + kTime + R"(,"event_id":"id-1","origin":)" + kSource +
           "}"},
      {"event_id_key",
       {{"event_id_key", "_id"}},
       R"({"level":"INFO","_id":7,"event_id":8})",
       R"({"level":"INFO","_id_original":7,"event_id":8,"timestamp":)" + kTime + R"(,"_id":"id-1","source":)" +
           kSource + "}"},
      {"timestamp_key",
       {{"timestamp_key", "@timestamp"}},
       "hello",
       R"({"@timestamp":)" + kTime + R"(,"level":"INFO","message":"hello",)" + kIdAndSource + "}"},
      {"json_key",
       {{"json_key", "app"}},
       R"({"level":"warn","big":12345678901234567890123,"source":"mine"})",
       R"({"timestamp":)" + kTime +
           R"(,"level":"WARN","app":{"level":"warn","big":12345678901234567890123,"source":"mine"},)" +
           kIdAndSource + "}"},
      {"timestamp_from",
       {{"timestamp_from", "meta.at,time"}},
       R"({"time":"2025-01-02T03:04:05Z","meta":{"at":1757888742.5}})",
       R"({"time":"2025-01-02T03:04:05Z","meta":{"at":1757888742.5},"timestamp":"2025-09-14T22:25:42.500Z",)" +
           kIdAndSource + "}"},
      {"schema_otel_of_an_object",
       {{"schema", "otel"}},
       R"({"ts":1757888742.5,"level":"warn","message":"low","requestId":"r1"})",
       R"({"timestamp":"2025-09-14T22:25:42.500Z","severity_text":"WARN","severity_number":13,"body":"low",)"
       R"("faas.invocation_id":"r1","attributes":{"ts":1757888742.5},"log.record.uid":"id-1",)"
       R"("aws.log.group.names":["/aws/lambda/mill"],"aws.log.stream.names":["2025/10/09/[7]5d1c"],)"
       R"("cloud.account.id":"123456789012"})"},
      {"schema_ecs_of_an_object",
       {{"schema", "ecs"}},
       R"({"ts":1757888742.5,"level":"warn","message":"low","requestId":"r1"})",
       R"({"@timestamp":"2025-09-14T22:25:42.500Z","log.level":"WARN","message":"low","faas.execution":"r1",)"
       R"("app":{"ts":1757888742.5},"event.id":"id-1","aws.cloudwatch.log_group":"/aws/lambda/mill",)"
       R"("aws.cloudwatch.log_stream":"2025/10/09/[7]5d1c","cloud.account.id":"123456789012"})"},
      {"json_key_keeps_the_object_when_levels_are_normalized",
       {{"json_key", "app"}, {"normalize_level", "on"}},
       R"({"level":"critical"})",
       R"({"timestamp":)" + kTime + R"(,"level":"FATAL","app":{"level":"critical"},)" + kIdAndSource + "}"},
      {"json_key_leaves_lines_as_they_are",
       {{"json_key", "app"}},
       "hello",
       R"({"timestamp":)" + kTime + R"(,"level":"INFO","message":"hello",)" + kIdAndSource + "}"},
      {"event_id_off",
       {{"event_id", "off"}},
       "hello",
       R"({"timestamp":)" + kTime + R"(,"level":"INFO","message":"hello","source":)" + kSource + "}"},
      {"keep_message_off",
       {{"keep_message", "off"}},
       kStart,
       R"({"timestamp":)" + kTime + R"(,"level":"INFO","lambda":{"event":"start",)" + kRequestId +
           R"(,"version":"7"},)" + kIdAndSource + "}"},
      {"keep_message_off_keeps_those_of_applications",
       {{"keep_message", "off"}},
       "hello",
       R"({"timestamp":)" + kTime + R"(,"level":"INFO","message":"hello",)" + kIdAndSource + "}"},
      {"drop", {{"drop", "end, start"}}, kStart, ""},
      {"drop_keeps_other_kinds",
       {{"drop", "end,report"}},
       kStart,
       R"({"timestamp":)" + kTime +
           R"(,"level":"INFO","message":"START RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001 Version: 7","lambda":{"event":"start",)" +
           kRequestId + R"(,"version":"7"},)" + kIdAndSource + "}"},
      {"function_fields_on",
       {{"function_fields", "on"}},
       "hello",
       R"({"timestamp":)" + kTime +
           R"(,"level":"INFO","message":"hello","event_id":"id-1","source":{"logGroup":"/aws/lambda/mill","logStream":"2025/10/09/[7]5d1c","owner":"123456789012","functionName":"mill","functionVersion":"7"}})"},
      {"normalize_level_on",
       {{"normalize_level", "on"}},
       "[WARNING]\t2019-08-25T13:59:16.000Z\t8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\tonly 3 left\n",
       R"({"timestamp":"2019-08-25T13:59:16.000Z","level":"WARN","message":"only 3 left","lambda":{)" +
           kRequestId + "}," + kIdAndSource + "}"},
      {"normalize_level_on_in_json",
       {{"normalize_level", "on"}},
       R"({"n": 1.0e2, "level" : "Critical", "sub":{"level":"warning"}})",
       R"({"n": 1.0e2, "level" : "FATAL", "sub":{"level":"warning"},"timestamp":)" + kTime + "," + kIdAndSource +
           "}"},
      {"parse_json_in_message_on",
       {},
       kNodeJson,
       R"({"seats":0,"timestamp":"2019-08-25T13:59:16.000Z","level":"WARN","lambda":{)" + kRequestId + "}," +
           kIdAndSource + "}"},
      {"parse_json_in_message_off",
       {{"parse_json_in_message", "off"}},
       kNodeJson,
       R"({"timestamp":"2019-08-25T13:59:16.000Z","level":"WARN","message":"{\"seats\":0}","lambda":{)" +
           kRequestId + "}," + kIdAndSource + "}"},
      {"include", {{"include", "/ecs/*"}}, "hello", ""},
      {"include_keeps_what_one_of_its_patterns_fits",
       {{"include", "/ecs/*, /aws/lambda/m?ll"}},
       "hello",
       R"({"timestamp":)" + kTime + R"(,"level":"INFO","message":"hello",)" + kIdAndSource + "}"},
      {"exclude", {{"exclude", "/aws/lambda/mi*"}, {"include", "*"}}, "hello", ""},
  };
  return all;
}

}  // namespace penstock::lambda_options
