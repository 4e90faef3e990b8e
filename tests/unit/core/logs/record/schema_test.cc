// The facts of a record under the names of each schema, in records written by hand.
#include "core/logs/record/schema.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/logs/record/units.h"
#include "tests/strict_json.h"
#include "tests/unit/core/logs/record/filtering.h"

namespace penstock::logs {
namespace {

constexpr char kReport[] =
    "REPORT RequestId: 6bc28136-aaaa-4365-b021-0ce6b2e64ab0\tDuration: 1024.5 ms\tBilled Duration: 1100 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 61 MB\tInit Duration: 0.5 ms\tRestore Duration: 200 ms\t"
    "Billed Restore Duration: 210 ms\tStatus: error\tError Type: Runtime.ExitError\n"
    "XRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\tSegmentId: 53995c3f42cd8ad8\tSampled: true";
constexpr char kPlatformReport[] =
    R"({"time":"2025-10-09T08:53:20.025Z","type":"platform.report","record":{"requestId":"r1",)"
    R"("metrics":{"durationMs":24.61,"billedDurationMs":25,"memorySizeMB":256,"maxMemoryUsedMB":58},)"
    R"("status":"timeout"}})";
constexpr char kTimeout[] =
    "2025-10-09T08:53:20.025Z 6bc28136-aaaa-4365-b021-0ce6b2e64ab0 Task timed out after 3.00 seconds";

LambdaFilterOptions with(Schema schema) {
  LambdaFilterOptions options;
  options.schema = schema;
  options.timestamp_key = names_of(schema).timestamp;
  return options;
}

std::string json(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '\t' ? "\\t" : c == '\n' ? "\\n" : std::string(1, c);
  return out + '"';
}

const std::string kOtelSource =
    R"("log.record.uid":"e1","aws.log.group.names":["/aws/lambda/f"],"aws.log.stream.names":["s"],)"
    R"("cloud.account.id":"123","cloud.region":"eu-west-1"})";
const std::string kEcsSource =
    R"("event.id":"e1","aws.cloudwatch.log_group":"/aws/lambda/f","aws.cloudwatch.log_stream":"s",)"
    R"("cloud.account.id":"123","cloud.region":"eu-west-1"})";
const std::string kSource =
    R"("event_id":"e1","source":{"logGroup":"/aws/lambda/f","logStream":"s","owner":"123","region":"eu-west-1"}})";

TEST(schema, the_default_schema_has_lambdas_own_names) {
  EXPECT_EQ(filtered_one(kReport),
            R"({"timestamp":"2019-08-25T13:59:15.269Z","level":"ERROR","message":)" + json(kReport) +
                R"(,"lambda":{"event":"report","requestId":"6bc28136-aaaa-4365-b021-0ce6b2e64ab0",)"
                R"("durationMs":1024.5,"billedDurationMs":1100,"memorySizeMB":128,"maxMemoryUsedMB":61,)"
                R"("initDurationMs":0.5,"restoreDurationMs":200,"billedRestoreDurationMs":210,"status":"error",)"
                R"("errorType":"Runtime.ExitError","xrayTraceId":"1-5759e988-bd862e3fe1be46a994272793",)"
                R"("xraySegmentId":"53995c3f42cd8ad8","xraySampled":true},)" +
                kSource);
}

TEST(schema, the_legacy_schema_differs_in_five_names) {
  EXPECT_EQ(filtered_one(kReport, with(Schema::legacy)),
            R"({"timestamp":"2019-08-25T13:59:15.269Z","level":"ERROR","message":)" + json(kReport) +
                R"(,"lambda":{"event":"report","requestId":"6bc28136-aaaa-4365-b021-0ce6b2e64ab0",)"
                R"("durationMs":1024.5,"billedMs":1100,"maxMemoryMb":128,"usedMemoryMb":61,)"
                R"("initializationMs":0.5,"restoreDurationMs":200,"billedRestoreDurationMs":210,"status":"error",)"
                R"("errorType":"Runtime.ExitError","xrayTraceId":"1-5759e988-bd862e3fe1be46a994272793",)"
                R"("xraySegment":"53995c3f42cd8ad8","xraySampled":true},)" +
                kSource);
}

TEST(schema, the_otel_schema_is_flat_and_has_seconds_and_bytes) {
  EXPECT_EQ(filtered_one(kReport, with(Schema::otel)),
            R"({"timestamp":"2019-08-25T13:59:15.269Z","severity_text":"ERROR","severity_number":17,"body":)" +
                json(kReport) +
                R"(,"aws.lambda.event":"report","faas.invocation_id":"6bc28136-aaaa-4365-b021-0ce6b2e64ab0",)"
                R"("faas.invoke_duration":1.0245,"aws.lambda.billed_duration":1.1,"faas.max_memory":134217728,)"
                R"("faas.mem_usage":63963136,"faas.init_duration":0.0005,"aws.lambda.restore_duration":0.2,)"
                R"("aws.lambda.billed_restore_duration":0.21,"aws.lambda.status":"error",)"
                R"("error.type":"Runtime.ExitError","aws.xray.trace_id":"1-5759e988-bd862e3fe1be46a994272793",)"
                R"("aws.xray.segment_id":"53995c3f42cd8ad8","aws.xray.sampled":true,)" +
                kOtelSource);
}

TEST(schema, the_ecs_schema_is_flat_and_has_the_names_of_elastics_integration) {
  EXPECT_EQ(filtered_one(kReport, with(Schema::ecs)),
            R"({"@timestamp":"2019-08-25T13:59:15.269Z","log.level":"ERROR","message":)" + json(kReport) +
                R"(,"event.action":"report","faas.execution":"6bc28136-aaaa-4365-b021-0ce6b2e64ab0",)"
                R"("aws.lambda.metrics.duration_ms":1024.5,"aws.lambda.metrics.billed_duration_ms":1100,)"
                R"("aws.lambda.metrics.memory_size_mb":128,"aws.lambda.metrics.max_memory_used_mb":61,)"
                R"("aws.lambda.metrics.init_duration_ms":0.5,"aws.lambda.metrics.restore_duration_ms":200,)"
                R"("aws.lambda.metrics.billed_restore_duration_ms":210,"aws.lambda.status":"error",)"
                R"("error.type":"Runtime.ExitError",)"
                R"("aws.lambda.tracing.xray_trace_id":"1-5759e988-bd862e3fe1be46a994272793",)"
                R"("aws.lambda.tracing.segment_id":"53995c3f42cd8ad8","aws.lambda.tracing.sampled":true,)" +
                kEcsSource);
}

TEST(schema, a_timeout_is_in_seconds_in_all_schemas) {
  EXPECT_EQ(
      filtered_one(kTimeout, with(Schema::otel)),
      R"({"timestamp":"2025-10-09T08:53:20.025Z","severity_text":"ERROR","severity_number":17,)"
      R"("body":"2025-10-09T08:53:20.025Z 6bc28136-aaaa-4365-b021-0ce6b2e64ab0 Task timed out after 3.00 seconds",)"
      R"("aws.lambda.event":"timeout","faas.invocation_id":"6bc28136-aaaa-4365-b021-0ce6b2e64ab0",)"
      R"("aws.lambda.timeout":3.00,)" +
          kOtelSource);
  EXPECT_NE(filtered_one(kTimeout, with(Schema::ecs)).find(R"("aws.lambda.timeout_seconds":3.00,)"),
            std::string::npos);
}

TEST(schema, platform_records_have_their_facts_after_their_own_members) {
  const std::string own(kPlatformReport, sizeof kPlatformReport - 2);
  EXPECT_EQ(filtered_one(kPlatformReport, with(Schema::legacy)),
            own +
                R"(,"timestamp":"2025-10-09T08:53:20.025Z","level":"ERROR","lambda":{"event":"report",)"
                R"("requestId":"r1","durationMs":24.61,"billedMs":25,"maxMemoryMb":256,"usedMemoryMb":58,)"
                R"("status":"timeout"},)" +
                kSource);
}

TEST(schema, platform_records_are_under_one_member_in_the_flat_schemas) {
  EXPECT_EQ(
      filtered_one(kPlatformReport, with(Schema::otel)),
      R"({"timestamp":"2025-10-09T08:53:20.025Z","severity_text":"ERROR","severity_number":17,"attributes":)" +
          std::string(kPlatformReport) +
          R"(,"aws.lambda.event":"report",)"
          R"("faas.invocation_id":"r1","faas.invoke_duration":0.02461,"aws.lambda.billed_duration":0.025,)"
          R"("faas.max_memory":268435456,"faas.mem_usage":60817408,"aws.lambda.status":"timeout",)" +
          kOtelSource);
  EXPECT_EQ(filtered_one(kPlatformReport, with(Schema::ecs)),
            R"({"@timestamp":"2025-10-09T08:53:20.025Z","log.level":"ERROR","app":)" +
                std::string(kPlatformReport) +
                R"(,"event.action":"report",)"
                R"("faas.execution":"r1","aws.lambda.metrics.duration_ms":24.61,)"
                R"("aws.lambda.metrics.billed_duration_ms":25,"aws.lambda.metrics.memory_size_mb":256,)"
                R"("aws.lambda.metrics.max_memory_used_mb":58,"aws.lambda.status":"timeout",)" +
                kEcsSource);
}

// No record has two members of the same name: a store keeps one of them or rejects both.
TEST(schema, all_facts_of_a_line_have_different_names) {
  LambdaFilterOptions options = with(Schema::otel);
  options.function_fields = true;
  for (const Schema schema : {Schema::standard, Schema::legacy, Schema::otel, Schema::ecs}) {
    options.schema = schema;
    const std::string body = "START RequestId: 6bc28136-aaaa-4365-b021-0ce6b2e64ab0 Version: 7";
    penstock_record event = event_of(body);
    penstock_batch batch = batch_of({});
    batch.records = &event;
    batch.record_count = 1;
    batch.log_stream = bytes("2025/10/09/[7]5d1c");
    std::string record;
    LambdaFilter filter(options);
    const auto emit = [](void* ctx, const penstock_batch* out) -> int32_t {
      *static_cast<std::string*>(ctx) = view(out->records[0].body);
      return PENSTOCK_OK;
    };
    ASSERT_EQ(filter.apply(batch, emit, &record), PENSTOCK_OK);
    const auto read = strict_json::read(record);
    ASSERT_TRUE(read) << record;
    for (size_t one = 0; one < read->members.size(); ++one)
      for (size_t other = one + 1; other < read->members.size(); ++other)
        EXPECT_NE(read->members[one].name, read->members[other].name) << record;
  }
}

TEST(schema, milliseconds_become_seconds_exactly) {
  const auto seconds = [](std::string_view ms) {
    std::string out;
    append_seconds_of_ms(out, ms);
    return out;
  };
  EXPECT_EQ(seconds("0"), "0");
  EXPECT_EQ(seconds("0.00"), "0");
  EXPECT_EQ(seconds("1"), "0.001");
  EXPECT_EQ(seconds("12.30"), "0.0123");
  EXPECT_EQ(seconds("100"), "0.1");
  EXPECT_EQ(seconds("999.999"), "0.999999");
  EXPECT_EQ(seconds("1000"), "1");
  EXPECT_EQ(seconds("1001"), "1.001");
  EXPECT_EQ(seconds("900000"), "900");
  EXPECT_EQ(seconds("12345678901234567890.5"), "12345678901234567.8905");
  EXPECT_EQ(seconds("-1500"), "-1.5");
  EXPECT_EQ(seconds("1e3"), "1e0");
  EXPECT_EQ(seconds("1.5E+2"), "1.5E-1");
  EXPECT_EQ(seconds("2e-4"), "2e-7");
}

TEST(schema, megabytes_become_bytes_exactly) {
  const auto size = [](std::string_view mb) {
    std::string out;
    append_bytes_of_mb(out, mb);
    return out;
  };
  EXPECT_EQ(size("0"), "0");
  EXPECT_EQ(size("1"), "1048576");
  EXPECT_EQ(size("128"), "134217728");
  EXPECT_EQ(size("10240"), "10737418240");
  EXPECT_EQ(size("0.5"), "524288");
}

TEST(schema, a_number_beyond_doubles_in_the_other_unit_is_omitted) {
  std::string out;
  EXPECT_TRUE(append_bytes_of_mb(out, "1e302"));
  EXPECT_FALSE(append_bytes_of_mb(out, "1e303"));
  EXPECT_TRUE(append_seconds_of_ms(out, "1e-304"));
  EXPECT_FALSE(append_seconds_of_ms(out, "1e-321"));
  const std::string line =
      "REPORT RequestId: 6bc28136-aaaa-4365-b021-0ce6b2e64ab0\tDuration: 1e-321 ms\tMemory Size: 1e303 MB";
  EXPECT_NE(filtered_one(line).find(R"("durationMs":1e-321,"memorySizeMB":1e303})"), std::string::npos);
  const std::string otel = filtered_one(line, with(Schema::otel));
  EXPECT_TRUE(strict_json::read(otel)) << otel;
  EXPECT_EQ(otel.find("faas.invoke_duration"), std::string::npos) << otel;
  EXPECT_EQ(otel.find("faas.max_memory"), std::string::npos) << otel;
}

}  // namespace
}  // namespace penstock::logs
