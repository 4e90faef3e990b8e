// In steady state, a log event of any kind causes no allocation.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "core/logs/decode/subscription.h"
#include "core/logs/record/lambda_filter.h"
#include "tests/gzip.h"
#include "tests/unit/core/logs/counted_allocations.h"

namespace penstock::logs {
namespace {

// Lines of all kinds, in the form in which they are printed. Longer than a string can hold without an allocation.
const std::vector<std::string> kLines = {
    "START RequestId: 8f507cfc-e5d5-4697-b07a-ac58fc914c95 Version: $LATEST\n",
    "END RequestId: 8f507cfc-e5d5-4697-b07a-ac58fc914c95\n",
    "REPORT RequestId: 8f507cfc-e5d5-4697-b07a-ac58fc914c95\tDuration: 1.5 ms\tBilled Duration: 2 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 64 MB\tInit Duration: 100.25 ms\tStatus: error\t"
    "Error Type: Runtime.ExitError\t\nXRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\t"
    "SegmentId: 53995c3f42cd8ad8\tSampled: true\t\n",
    "2019-08-25T13:59:15.269Z 8f507cfc-e5d5-4697-b07a-ac58fc914c95 Task timed out after 3.00 seconds\n",
    "RequestId: 8f507cfc-e5d5-4697-b07a-ac58fc914c95 Error: Runtime exited with error: signal: killed\n"
    "Runtime.ExitError\n",
    "INIT_START Runtime Version: python:3.12.v1\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:0f\n",
    "INIT_REPORT Init Duration: 10.5 ms\tPhase: init\tStatus: error\tError Type: Runtime.Unknown\n",
    "RESTORE_REPORT Restore Duration: 400.5 ms\n",
    "EXTENSION\tName: logs-extension\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\n",
    "[INFO]\t2019-08-25T13:59:15.269Z\t8f507cfc-e5d5-4697-b07a-ac58fc914c95\ta message of \"Python\"\n",
    "[ERROR]\t2019-08-25T13:59:15.269Z\t8f507cfc-e5d5-4697-b07a-ac58fc914c95\tfailed\rTraceback:\r  line\r",
    "[ERROR] ValueError: no such order\rTraceback (most recent call last):\r\xC2\xA0\xC2\xA0 File \"a.py\"\r",
    "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code.\r"
    "{\"errorType\": \"Runtime.ImportModuleError\"}\n",
    "2019-08-25T13:59:15.269Z\t8f507cfc-e5d5-4697-b07a-ac58fc914c95\tINFO\ta message of Node\rand more\n",
    "2019-08-25T13:59:15.269Z\tundefined\tERROR\tUncaught Exception \t{\"errorType\":\"TypeError\"}\n",
    "2019-08-25T13:59:15.269Z\t8f507cfc-e5d5-4697-b07a-ac58fc914c95\tINFO\t{\"a\":1,\"message\":\"of Node\"}\n",
    "2019-08-25T13:59:15.269Z\t8f507cfc-e5d5-4697-b07a-ac58fc914c95\tfail\ta message of .NET\n",
    "2019-08-25 13:59:15 8f507cfc-e5d5-4697-b07a-ac58fc914c95 INFO  example.Handler:17 - of Java\n",
    "I, [2019-08-25T13:59:15.269123 #8]  INFO 8f507cfc-e5d5-4697-b07a-ac58fc914c95 -- : of Ruby\n",
    "[Information] - a message of PowerShell, which is somewhat longer\n",
    "plain text without a format, \xE6\xBC\xA2\xE5\xAD\x97, \x1b[31m and \xFF\xF0\x9F\n",
    "{\"level\":\"INFO\",\"timestamp\":\"2019-08-25T13:59:15.269Z\",\"message\":\"of a logger\",\"n\":1.50}\n",
    "{\"level\":\"INFO\",\"source\":\"the application's own\",\"message\":\"of a logger\"}\n",
    "{\"source\":1,\"source_original\":2,\"source_original_2\":3,\"message\":\"of a stubborn logger\"}\n",
    "{\"_aws\":{\"Timestamp\":1566741555269,\"CloudWatchMetrics\":[]},\"latency\":17}\n",
    "{\"time\":\"2019-08-25T13:59:15.269Z\",\"type\":\"platform.report\",\"record\":{\"requestId\":"
    "\"8f507cfc-e5d5-4697-b07a-ac58fc914c95\",\"metrics\":{\"durationMs\":1.5,\"billedDurationMs\":2},"
    "\"tracing\":{\"value\":\"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1\"},"
    "\"status\":\"timeout\"}}\n",
    "{\"time\":\"2019-08-25T13:59:15.269Z\",\"type\":\"platform.fault\",\"record\":\"a text of some length\"}\n",
    "{\"number\":1e400,\"message\":\"larger than any double\"}\n",
    "{\"a\":[{\"b\":[1,2,{\"c\":null}]},true],\"broken\":\"object\",}\n",
    "2026/09/14 22:25:42 ERROR of slog requestId=8f507cfc-e5d5-4697-b07a-ac58fc914c95 reason=\"not invited\"\n",
    "2026/09/14 22:25:42 {\"errorMessage\":\"of Go\",\"errorType\":\"errorString\"}\n",
    "time=2026-10-08T10:00:44.221Z level=ERROR msg=\"of logrus\" requestId=8f507cfc-e5d5-4697-b07a-ac58fc914c95\n",
    "ERROR Lambda runtime invoke{requestId=\"8f507cfc-e5d5-4697-b07a-ac58fc914c95\" "
    "xrayTraceId=\"Root=1-5e-cc\"}: x\n",
    "[Nest] 8  - 09/16/2026, 8:18:08 AM   ERROR [X] of Nest, which is somewhat longer\n",
    "2022-06-22 09:56:51 UTC | DD_EXTENSION | ERROR | of an extension\n",
    "{\"log_level\":\"ERROR\",\"errorMessage\":\"of "
    "Python\",\"errorType\":\"NameError\",\"stackTrace\":[\"a\"]}\n",
    "{\"time\":\"2019-08-25T13:59:15.269Z\",\"type\":\"platform.logsDropped\",\"record\":{\"droppedBytes\":12000}}"
    "\n",
    "",
};

std::string message_of(const std::string& line, size_t events) {
  std::string json = R"({"messageType":"DATA_MESSAGE","owner":"123456789012","logGroup":"/aws/lambda/a-function",)"
                     R"("logStream":"2024/06/18/[$LATEST]0123456789abcdef0123456789abcdef","logEvents":[)";
  for (size_t event = 0; event < events; ++event) {
    json += event == 0 ? "" : ",";
    json += R"({"id":"37483289126400000000000000000000000000000000000000000001","timestamp":1566741555269,)";
    json += R"("message":)";
    append_json_string(json, line);
    json += R"(,"extractedFields":{"@aws.account":"123456789012","@aws.region":"eu-west-1",)"
            R"("@source.log":"/aws/lambda/a-function-of-another-account","column":"value"}})";
  }
  return gzip(json + "]}");
}

// Passes a subscription message through the reader and the filter, both of them warm.
class Pipeline {
 public:
  explicit Pipeline(const LambdaFilterOptions& options) : filter_(options) {}

  uint64_t allocations_of(const std::string& message) {
    for (int pass = 0; pass < 3; ++pass) run(message);
    const uint64_t before = allocations().count;
    run(message);
    return allocations().count - before;
  }

  uint64_t records() const { return records_; }

 private:
  void run(const std::string& message) {
    const auto emit = [](void* ctx, const penstock_batch* batch) -> int32_t {
      *static_cast<uint64_t*>(ctx) += batch->record_count;
      return PENSTOCK_OK;
    };
    penstock_batch batch = {};
    reader_.begin(message, {});
    while (reader_.next(batch) == SubscriptionReader::Step::batch) filter_.apply(batch, emit, &records_);
  }

  SubscriptionReader reader_{size_t{16} << 20};
  LambdaFilter filter_;
  uint64_t records_ = 0;
};

void expect_no_allocation_an_event(const LambdaFilterOptions& options) {
  for (const std::string& line : kLines) {
    Pipeline pipeline(options);
    EXPECT_EQ(pipeline.allocations_of(message_of(line, 400)), pipeline.allocations_of(message_of(line, 100)))
        << line;
    EXPECT_EQ(pipeline.records(), 4 * 500U) << line;
  }
}

TEST(allocations, allocations_are_counted) {
  const uint64_t before = allocations().count;
  const std::string text(1000, 'x');
  EXPECT_EQ(allocations().count - before, 1U);
}

TEST(allocations, lines_of_all_kinds_cause_no_allocation_per_event) { expect_no_allocation_an_event({}); }

TEST(allocations, members_of_any_name_cause_no_allocation_per_event) {
  LambdaFilterOptions options;
  options.source_key = "where the record came from";
  options.timestamp_key = "when the record was written";
  expect_no_allocation_an_event(options);
}

TEST(allocations, other_schemas_cause_no_allocation_per_event) {
  for (const Schema schema : {Schema::legacy, Schema::otel, Schema::ecs}) {
    LambdaFilterOptions options;
    options.schema = schema;
    options.function_fields = true;
    expect_no_allocation_an_event(options);
  }
}

TEST(allocations, record_options_cause_no_allocation_per_event) {
  LambdaFilterOptions options;
  options.event_id = false;
  options.keep_message = false;
  options.function_fields = true;
  options.normalize_level = true;
  options.parse_json_in_message = false;
  expect_no_allocation_an_event(options);
  options.json_key = "the object that a function printed";
  expect_no_allocation_an_event(options);
}

}  // namespace
}  // namespace penstock::logs
