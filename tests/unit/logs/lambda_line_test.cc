// Lines in text mode, each with the record that becomes of it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/logs/filtering.h"

namespace penstock {
namespace {

const std::string kId = "6bc28136-aaaa-4365-b021-0ce6b2e64ab0";
const std::string kTail =
    R"("event_id":"e1","source":{"logGroup":"/aws/lambda/f","logStream":"s","owner":"123","region":"eu-west-1"}})";

// The record but for its end, which is the same for all: timestamp, level, message (as JSON) and lambda.
std::string record(const std::string& timestamp, const std::string& level, const std::string& message,
                   const std::string& lambda) {
  return R"({"timestamp":")" + (timestamp.empty() ? std::string(kEventTime) : timestamp) + R"(","level":")" +
         level + R"(","message":")" + message + R"(",)" + (lambda.empty() ? "" : R"("lambda":{)" + lambda + "},") +
         kTail;
}

struct Case {
  std::string line;
  std::string timestamp;  // empty: the event's
  std::string level;
  std::string message;  // as JSON
  std::string lambda;   // as JSON, without its braces
};

void expect(const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(filtered_one(c.line), record(c.timestamp, c.level, c.message, c.lambda));
}

std::string request(const std::string& more = "") { return R"("requestId":")" + kId + '"' + more; }

TEST(transform, start_and_end_lines_give_request_and_version) {
  expect({
      {"START RequestId: " + kId + " Version: $LATEST\n", "", "INFO",
       "START RequestId: " + kId + " Version: $LATEST",
       R"("event":"start",)" + request(R"(,"version":"$LATEST")")},
      {"START RequestId: " + kId + "\tVersion: 42", "", "INFO", "START RequestId: " + kId + "\\tVersion: 42",
       R"("event":"start",)" + request(R"(,"version":"42")")},
      {"START RequestId: " + kId + " Version: 1 TenantId: blue", "", "INFO",
       "START RequestId: " + kId + " Version: 1 TenantId: blue",
       R"("event":"start",)" + request(R"(,"version":"1","tenantId":"blue")")},
      {"START RequestId: " + kId + " Version: 1\nVersion: 2", "", "INFO",
       "START RequestId: " + kId + " Version: 1\\nVersion: 2",
       R"("event":"start",)" + request(R"(,"version":"1")")},
      {"START RequestId: Version: 3", "", "INFO", "START RequestId: Version: 3",
       R"("event":"start","version":"3")"},
      {"END RequestId: " + kId + "\n", "", "INFO", "END RequestId: " + kId, R"("event":"end",)" + request()},
      {"END RequestId: ", "", "INFO", "END RequestId:", R"("event":"end")"},
  });
}

TEST(transform, report_lines_give_all_their_fields_in_any_order_with_tabs_or_blanks) {
  const std::string usual = R"("event":"report",)" + request(R"(,"durationMs":102.25,"billedDurationMs":200,)"
                                                             R"("memorySizeMB":128,"maxMemoryUsedMB":54)");
  expect({
      {"REPORT RequestId: " + kId +
           "\tDuration: 102.25 ms\tBilled Duration: 200 ms\tMemory Size: 128 MB\tMax Memory Used: 54 MB\t\n",
       "", "INFO",
       "REPORT RequestId: " + kId +
           "\\tDuration: 102.25 ms\\tBilled Duration: 200 ms\\tMemory Size: 128 MB\\tMax Memory Used: 54 MB",
       usual},
      // Before 2020, with a blank before the tab.
      {"REPORT RequestId: " + kId +
           "\tDuration: 102.25 ms\tBilled Duration: 200 ms \tMemory Size: 128 MB\tMax Memory Used: 54 MB\t",
       "", "INFO",
       "REPORT RequestId: " + kId +
           "\\tDuration: 102.25 ms\\tBilled Duration: 200 ms \\tMemory Size: 128 MB\\tMax Memory Used: 54 MB",
       usual},
      // Blanks in place of tabs, and other order.
      {"REPORT RequestId: " + kId +
           "  Max Memory Used: 54 MB Memory Size: 128 MB   Billed Duration: 200 ms Duration: 102.25 ms",
       "", "INFO",
       "REPORT RequestId: " + kId +
           "  Max Memory Used: 54 MB Memory Size: 128 MB   Billed Duration: 200 ms Duration: 102.25 ms",
       usual},
      // Some tabs, some blanks, one of them before the id.
      {"REPORT RequestId:\t" + kId +
           "\tDuration: 102.25 ms\tBilled Duration: 200 ms Memory Size: 128 MB\tMax Memory Used: 54 MB",
       "", "INFO",
       "REPORT RequestId:\\t" + kId +
           "\\tDuration: 102.25 ms\\tBilled Duration: 200 ms Memory Size: 128 MB\\tMax Memory Used: 54 MB",
       usual},
      // Managed instances.
      {"REPORT RequestId: " + kId + "\tDuration: 1.5 ms", "", "INFO",
       "REPORT RequestId: " + kId + "\\tDuration: 1.5 ms",
       R"("event":"report",)" + request(R"(,"durationMs":1.5)")},
      {"REPORT RequestId: " + kId +
           "\tInit Duration: 0.5 ms\tDuration: 3.00 ms\tRestore Duration: 40.10 ms\tBilled Restore Duration: 41 "
           "ms",
       "", "INFO",
       "REPORT RequestId: " + kId +
           "\\tInit Duration: 0.5 ms\\tDuration: 3.00 ms\\tRestore Duration: 40.10 ms\\tBilled Restore Duration: "
           "41 ms",
       R"("event":"report",)" + request(R"(,"durationMs":3.00,"initDurationMs":0.5,"restoreDurationMs":40.10,)"
                                        R"("billedRestoreDurationMs":41)")},
  });
}

TEST(transform, report_lines_give_trace_and_status) {
  const std::string lambda =
      R"("event":"report",)" + request(R"(,"durationMs":3,"status":"timeout",)"
                                       R"("errorType":"Runtime.ExitError","xrayTraceId":"1-5e-cc",)"
                                       R"("xraySegmentId":"07a8","xraySampled":true)");
  const std::string head = "REPORT RequestId: " + kId;
  expect({
      {head +
           "\tDuration: 3 ms\tStatus: timeout\tError Type: Runtime.ExitError\t\nXRAY TraceId: 1-5e-cc\tSegmentId: "
           "07a8\tSampled: true\t\n",
       "", "ERROR",
       head + "\\tDuration: 3 ms\\tStatus: timeout\\tError Type: Runtime.ExitError\\t\\nXRAY TraceId: "
              "1-5e-cc\\tSegmentId: 07a8\\tSampled: true",
       lambda},
      {head +
           "\tDuration: 3 ms\tXRAY TraceId: 1-5e-cc\tSegmentId: 07a8\tSampled: true\tStatus: timeout\tError Type: "
           "Runtime.ExitError",
       "", "ERROR",
       head +
           "\\tDuration: 3 ms\\tXRAY TraceId: 1-5e-cc\\tSegmentId: 07a8\\tSampled: true\\tStatus: timeout\\tError "
           "Type: Runtime.ExitError",
       lambda},
      {head +
           " Duration: 3 ms Status: timeout Error Type: Runtime.ExitError XRAY TraceId: 1-5e-cc SegmentId: 07a8 "
           "Sampled: true",
       "", "ERROR",
       head +
           " Duration: 3 ms Status: timeout Error Type: Runtime.ExitError XRAY TraceId: 1-5e-cc SegmentId: 07a8 "
           "Sampled: true",
       lambda},
      {head + "\tStatus: error", "", "ERROR", head + "\\tStatus: error",
       R"("event":"report",)" + request(R"(,"status":"error")")},
      {head + "\tStatus: success", "", "INFO", head + "\\tStatus: success",
       R"("event":"report",)" + request(R"(,"status":"success")")},
  });
}

TEST(transform, a_report_field_that_is_no_json_number_is_left_out) {
  const std::string head = "REPORT RequestId: " + kId;
  expect({
      {head + "\tDuration: NaN ms\tBilled Duration: 007 ms\tMemory Size: <n> MB\tMax Memory Used: 1,024 MB", "",
       "INFO",
       head + "\\tDuration: NaN ms\\tBilled Duration: 007 ms\\tMemory Size: <n> MB\\tMax Memory Used: 1,024 MB",
       R"("event":"report",)" + request()},
      {head + "\tSampled: maybe\tOther: 5\tDuration:\tMemory Size: 128 MB", "", "INFO",
       head + "\\tSampled: maybe\\tOther: 5\\tDuration:\\tMemory Size: 128 MB",
       R"("event":"report",)" + request(R"(,"memorySizeMB":128)")},
      // Another duration is not the duration.
      {head + " Runtime Duration: 9 ms Billed Duration: 1 ms", "", "INFO",
       head + " Runtime Duration: 9 ms Billed Duration: 1 ms",
       R"("event":"report",)" + request(R"(,"billedDurationMs":1)")},
  });
}

TEST(transform, lines_of_phases_and_extensions_are_read) {
  expect({
      {"INIT_START Runtime Version: python:3.12.v43\tRuntime Version ARN: "
       "arn:aws:lambda:us-east-1::runtime:36ae\n",
       "", "INFO",
       "INIT_START Runtime Version: python:3.12.v43\\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:36ae",
       R"("event":"initStart","runtimeVersion":"python:3.12.v43","runtimeVersionArn":"arn:aws:lambda:us-east-1::runtime:36ae")"},
      {"RESTORE_START Runtime Version: java:11.v20 Runtime Version ARN: arn:x", "", "INFO",
       "RESTORE_START Runtime Version: java:11.v20 Runtime Version ARN: arn:x",
       R"("event":"restoreStart","runtimeVersion":"java:11.v20","runtimeVersionArn":"arn:x")"},
      {"INIT_REPORT Init Duration: 150.79 ms\tPhase: init\tStatus: error\tError Type: Runtime.UserCodeSyntaxError",
       "", "ERROR",
       "INIT_REPORT Init Duration: 150.79 ms\\tPhase: init\\tStatus: error\\tError Type: "
       "Runtime.UserCodeSyntaxError",
       R"("event":"initReport","initDurationMs":150.79,"status":"error","errorType":"Runtime.UserCodeSyntaxError","phase":"init")"},
      {"INIT_REPORT Init Duration: 10 ms", "", "INFO", "INIT_REPORT Init Duration: 10 ms",
       R"("event":"initReport","initDurationMs":10)"},
      {"INIT_REPORT of something", "", "INFO", "INIT_REPORT of something", ""},
      {"RESTORE_REPORT Restore Duration: 398.97 ms", "", "INFO", "RESTORE_REPORT Restore Duration: 398.97 ms",
       R"("event":"restoreReport","restoreDurationMs":398.97)"},
      {"EXTENSION\tName: my agent\tState: Ready\tEvents: [INVOKE, SHUTDOWN]", "", "INFO",
       "EXTENSION\\tName: my agent\\tState: Ready\\tEvents: [INVOKE, SHUTDOWN]",
       R"("event":"extension","extensionName":"my agent","extensionState":"Ready")"},
      {"EXTENSION Name: agent State: Ready Events: []", "", "INFO",
       "EXTENSION Name: agent State: Ready Events: []",
       R"("event":"extension","extensionName":"agent","extensionState":"Ready")"},
      {"TELEMETRY\tName: a\tState: Subscribed\tTypes: [Platform, Function]", "", "INFO",
       "TELEMETRY\\tName: a\\tState: Subscribed\\tTypes: [Platform, Function]",
       R"("event":"telemetry","extensionName":"a","extensionState":"Subscribed")"},
      {"LOGS\tName: a\tState: Subscribed\tTypes: [Platform]", "", "INFO",
       "LOGS\\tName: a\\tState: Subscribed\\tTypes: [Platform]",
       R"("event":"logs","extensionName":"a","extensionState":"Subscribed")"},
      {"XRAY TraceId: 1-5e-cc\tSegmentId: 07a8\tSampled: false\t", "", "INFO",
       "XRAY TraceId: 1-5e-cc\\tSegmentId: 07a8\\tSampled: false",
       R"("event":"xray","xrayTraceId":"1-5e-cc","xraySegmentId":"07a8","xraySampled":false)"},
  });
}

TEST(transform, timeouts_and_exits_are_errors) {
  expect({
      {"2024-03-04T17:22:38.033Z " + kId + " Task timed out after 3.00 seconds\n\n", "2024-03-04T17:22:38.033Z",
       "ERROR", "2024-03-04T17:22:38.033Z " + kId + " Task timed out after 3.00 seconds",
       R"("event":"timeout",)" + request(R"(,"timeoutSeconds":3.00)")},
      {"RequestId: " + kId + " Error: Task timed out after 1.00 seconds", "", "ERROR",
       "RequestId: " + kId + " Error: Task timed out after 1.00 seconds",
       R"("event":"timeout",)" + request(R"(,"timeoutSeconds":1.00)")},
      {"RequestId: " + kId + " Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n", "", "ERROR",
       "RequestId: " + kId + " Error: Runtime exited with error: signal: killed\\nRuntime.ExitError",
       R"("event":"exit",)" + request(R"(,"errorType":"Runtime.ExitError")")},
      {"RequestId: " + kId + " Error: Runtime exited without providing a reason\nRuntime.ExitError", "", "ERROR",
       "RequestId: " + kId + " Error: Runtime exited without providing a reason\\nRuntime.ExitError",
       R"("event":"exit",)" + request(R"(,"errorType":"Runtime.ExitError")")},
      {"Runtime exited without providing a reason [Runtime.ExitError]", "", "ERROR",
       "Runtime exited without providing a reason [Runtime.ExitError]",
       R"("event":"exit","errorType":"Runtime.ExitError")"},
      {"RequestId: " + kId + " Process exited before completing request", "", "ERROR",
       "RequestId: " + kId + " Process exited before completing request", R"("event":"exit",)" + request()},
      {"RequestId: " + kId + " Error: no entry point\nRuntime.InvalidEntrypoint", "", "ERROR",
       "RequestId: " + kId + " Error: no entry point\\nRuntime.InvalidEntrypoint",
       R"("event":"error",)" + request(R"(,"errorType":"Runtime.InvalidEntrypoint")")},
      {"Unknown application error occurred", "", "ERROR", "Unknown application error occurred",
       R"("event":"error")"},
      // Somebody speaking of them.
      {"2024-03-04T17:22:38.033Z\t" + kId + "\tINFO\tTask timed out after 3.00 seconds",
       "2024-03-04T17:22:38.033Z", "INFO", "Task timed out after 3.00 seconds", request()},
      {"2024-03-04T17:22:38.033Z " + kId + " Task timed out after 3.00 seconds, again", "2024-03-04T17:22:38.033Z",
       "INFO", "Task timed out after 3.00 seconds, again", request()},
  });
}

TEST(transform, python_lines_give_level_time_and_request) {
  const std::string time = "2024-06-18T02:07:06.123Z";
  expect({
      {"[INFO]\t" + time + "\t" + kId + "\thello\n", time, "INFO", "hello", request()},
      {"[INFO] " + time + " " + kId + " hello", time, "INFO", "hello", request()},
      {"[CRITICAL]\t" + time + "\t" + kId + "\tx", time, "CRITICAL", "x", request()},
      {"[Level 25]\t" + time + "\t" + kId + "\tx", time, "LEVEL 25", "x", request()},
      {"[notice]\t" + time + "\t" + kId + "\tx", time, "NOTICE", "x", request()},
      // While initialising there is no id.
      {"[WARNING]\t" + time + "\t\tFound credentials\tin environment", time, "WARNING",
       "Found credentials\\tin environment", ""},
      {"[WARNING] " + time + "  Found credentials", time, "WARNING", "Found credentials", ""},
      {"[INFO]\t" + time + "\ttest-invoke-1\tx", time, "INFO", "x", R"("requestId":"test-invoke-1")"},
      // The message is empty, of several lines, or speaks of timestamps.
      {"[INFO]\t" + time + "\t" + kId + "\t\n", time, "INFO", "", request()},
      {"[ERROR]\t" + time + "\t" + kId + "\tline 1\nline 2\rline 3\r\n\tline 4\n", time, "ERROR",
       "line 1\\nline 2\\nline 3\\n\\tline 4", request()},
      {"[INFO]\t" + time + "\t" + kId + "\tat 2020-01-01T00:00:00.000Z " + kId + " Z", time, "INFO",
       "at 2020-01-01T00:00:00.000Z " + kId + " Z", request()},
      {"[INFO]\t2024-06-18T02:07:06Z\t" + kId + "\tx", "2024-06-18T02:07:06.000Z", "INFO", "x", request()},
      // The runtime prints the milliseconds as a number: 1, 21, 321.
      {"[INFO]\t2024-06-18T02:07:06.1Z\t" + kId + "\tx", "2024-06-18T02:07:06.001Z", "INFO", "x", request()},
      {"[INFO]\t2024-06-18T02:07:06.21Z\t" + kId + "\tx", "2024-06-18T02:07:06.021Z", "INFO", "x", request()},
      {"[INFO]\t2024-06-18T02:07:06.321Z\t" + kId + "\tx", "2024-06-18T02:07:06.321Z", "INFO", "x", request()},
      // No such day: it is text.
      {"[INFO]\t2023-02-29T02:07:06.123Z\t" + kId + "\tx", "", "INFO",
       "2023-02-29T02:07:06.123Z\\t" + kId + "\\tx", ""},
  });
}

TEST(transform, unhandled_python_errors_are_errors_with_their_type) {
  expect({
      {"[ERROR] ValueError: bad\nTraceback (most recent call last):\n\u00a0\u00a0File \"a.py\", line 1\n", "",
       "ERROR", "ValueError: bad\\nTraceback (most recent call last):\\n\u00a0\u00a0File \\\"a.py\\\", line 1",
       R"("event":"error","errorType":"ValueError")"},
      {"[ERROR] Runtime.ImportModuleError: no\rTraceback (most recent call last):\r", "", "ERROR",
       "Runtime.ImportModuleError: no\\nTraceback (most recent call last):",
       R"("event":"error","errorType":"Runtime.ImportModuleError")"},
      {"[ERROR] Fault\rTraceback (most recent call last):\n", "", "ERROR",
       "Fault\\nTraceback (most recent call last):", R"("event":"error","errorType":"Fault")"},
      {"[ERROR] KeyError: 'x'", "", "ERROR", "KeyError: 'x'", R"("event":"error","errorType":"KeyError")"},
      {"[ERROR] something went wrong: badly", "", "ERROR", "something went wrong: badly", ""},
      {"LAMBDA_WARNING: Unhandled exception. The reason is not known.\r{\"errorType\": \"OSError\", \"x\": 1}", "",
       "ERROR",
       "LAMBDA_WARNING: Unhandled exception. The reason is not known.\\n{\\\"errorType\\\": \\\"OSError\\\", "
       "\\\"x\\\": 1}",
       R"("event":"error","errorType":"OSError")"},
      {"LAMBDA_WARNING: take care", "", "WARNING", "LAMBDA_WARNING: take care", ""},
  });
}

TEST(transform, node_lines_give_level_time_and_request) {
  const std::string time = "2024-06-18T02:07:06.123Z";
  expect({
      {time + "\t" + kId + "\tINFO\thello\n", time, "INFO", "hello", request()},
      {time + " " + kId + " ERROR hello", time, "ERROR", "hello", request()},
      {time + " abc123 ERROR hello", time, "ERROR", "hello", R"("requestId":"abc123")"},
      {time + "\tundefined\tWARN\thello", time, "WARN", "hello", ""},
      {time + "\t" + kId + "\tINFO\tline 1\rline 2\r\rline 3", time, "INFO", "line 1\\nline 2\\n\\nline 3",
       request()},
      {time + "\t" + kId + "\tTRACE\t", time, "TRACE", "", request()},
      // Before Node 10 without level.
      {time + "\t" + kId + "\thello", time, "INFO", "hello", request()},
      {time + "\t" + kId + "\tINFORMATION is power", time, "INFO", "INFORMATION is power", request()},
      {time + "\t" + kId, time, "INFO", "", request()},
      // JSON that is no object is text.
      {time + "\t" + kId + "\tINFO\t[1]", time, "INFO", "[1]", request()},
      {time + "\t" + kId + "\tINFO\t{\"a\":1} and more", time, "INFO", "{\\\"a\\\":1} and more", request()},
      {time + "\tundefined\tERROR\tUncaught Exception \t{\"errorType\":\"Runtime.Bad\",\"x\":1}", time, "ERROR",
       "Uncaught Exception \\t{\\\"errorType\\\":\\\"Runtime.Bad\\\",\\\"x\\\":1}",
       R"("event":"error","errorType":"Runtime.Bad")"},
  });
}

TEST(transform, dotnet_levels_are_spelled_out) {
  const std::string time = "2024-06-18T02:07:06.123Z";
  expect({
      {time + "\t" + kId + "\ttrce\tx", time, "TRACE", "x", request()},
      {time + "\t" + kId + "\tdbug\tx", time, "DEBUG", "x", request()},
      {time + "\t" + kId + "\tinfo\tx", time, "INFO", "x", request()},
      {time + "\t" + kId + "\twarn\tx", time, "WARN", "x", request()},
      {time + "\t" + kId + "\tfail\tx", time, "ERROR", "x", request()},
      {time + "\t\tcrit\tx", time, "CRITICAL", "x", ""},
      {time + "\t\tno level", time, "INFO", "no level", ""},
  });
}

TEST(transform, a_line_that_only_begins_with_a_timestamp_keeps_its_text) {
  expect({
      {"2024-06-18T02:07:06Z something happened", "2024-06-18T02:07:06.000Z", "INFO",
       "2024-06-18T02:07:06Z something happened", ""},
      {"2024-06-18T02:07:06.123456Z  INFO crate: hello", "2024-06-18T02:07:06.123Z", "INFO", "crate: hello", ""},
      {"2024-06-18T02:07:06.123ZZ x", "", "INFO", "2024-06-18T02:07:06.123ZZ x", ""},
      {"2024-06-18T02:07:60.123Z " + kId + " INFO x", "", "INFO", "2024-06-18T02:07:60.123Z " + kId + " INFO x",
       ""},
      {"at 2024-06-18T02:07:06.123Z " + kId + " INFO x", "", "INFO",
       "at 2024-06-18T02:07:06.123Z " + kId + " INFO x", ""},
  });
}

TEST(transform, lines_of_other_runtimes_are_read) {
  expect({
      {"2020-03-18 08:52:43 " + kId + " INFO  Handler:12 - hello\n", "", "INFO", "Handler:12 - hello", request()},
      {"2020-03-18 08:52:43 " + kId + " WARN  Handler - a\n\tb", "", "WARN", "Handler - a\\n\\tb", request()},
      {"2020-03-18 08:52:43 nothing of it", "", "INFO", "2020-03-18 08:52:43 nothing of it", ""},
      {"[ERROR] it failed", "", "ERROR", "it failed", ""},
      {"[Information] - started", "", "INFORMATION", "started", ""},
      {"[My Extension] 2024/06/26 02:34:50 INFO up", "", "INFO", "[My Extension] 2024/06/26 02:34:50 INFO up", ""},
      {"I, [2020-01-02T03:04:05.678901 #8]  INFO " + kId + " -- : hello", "2020-01-02T03:04:05.678Z", "INFO",
       "hello", request()},
      {"W, [2020-01-02T03:04:05.678901 #8]  WARN -- app: hello", "2020-01-02T03:04:05.678Z", "WARN", "app: hello",
       ""},
      {"I, [2020] think", "", "INFO", "I, [2020] think", ""},
      {"2020/03/27 03:40:05 EVENT: {", "", "INFO", "2020/03/27 03:40:05 EVENT: {", ""},
  });
}

TEST(transform, all_else_is_wrapped_whole) {
  expect({
      {"", "", "INFO", "", ""},
      {" \r\n\t ", "", "INFO", "", ""},
      {"  two\n lines\r\n", "", "INFO", "two\\n lines", ""},
      {"START of it", "", "INFO", "START of it", ""},
      {"STARTRequestId: 1", "", "INFO", "STARTRequestId: 1", ""},
      {"REPORT on RequestId: 1", "", "INFO", "REPORT on RequestId: 1", ""},
      {"[", "", "INFO", "[", ""},
      {"[]", "", "INFO", "[]", ""},
      {"\x1b[31mred\x1b[0m \"quoted\" \\ \xff", "", "INFO", "\\u001b[31mred\\u001b[0m \\\"quoted\\\" \\\\ \uFFFD",
       ""},
  });
}

TEST(transform, fields_are_looked_for_in_the_beginning_of_a_line_only) {
  const std::string head = "REPORT RequestId: " + kId + " ";
  std::string hostile = head;
  while (hostile.size() < (1 << 20)) hostile += "A: b ";
  const std::string out = filtered_one(hostile + "Duration: 5 ms");
  EXPECT_NE(out.find(R"("lambda":{"event":"report",)" + request() + "}"), std::string::npos)
      << out.substr(out.size() - 300);
}

}  // namespace
}  // namespace penstock
