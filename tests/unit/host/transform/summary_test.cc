// What penstock transform --summary reports about records.
#include "host/transform/summary.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace penstock::host {
namespace {

constexpr int64_t kTimeMs = 1'760'000'000'025;  // 2025-10-09T08:53:20.025Z

struct Summing {
  void add(std::string_view json, int64_t time_ms = kTimeMs, std::string_view log_group = "/aws/lambda/orders",
           uint32_t flags = 0) {
    penstock_record record{};
    record.time_ms = time_ms;
    record.body = {json.data(), json.size()};
    record.flags = flags | PENSTOCK_RECORD_JSON;
    penstock_batch batch{};
    batch.struct_size = sizeof batch;
    batch.record_stride = sizeof record;
    batch.records = &record;
    batch.record_count = 1;
    batch.log_group = {log_group.data(), log_group.size()};
    summary.add(batch, record);
  }
  // lambda: members of that object.
  void add_lambda(const std::string& lambda, int64_t time_ms = kTimeMs, std::string_view level = "INFO") {
    add("{\"timestamp\":\"x\",\"level\":\"" + std::string(level) + "\",\"message\":\"m\",\"lambda\":{" + lambda +
            "}}",
        time_ms);
  }
  void add_report(const std::string& request_id, const std::string& duration_ms) {
    add_lambda(R"("event":"report","requestId":")" + request_id + R"(","durationMs":)" + duration_ms +
               R"(,"billedDurationMs":25,"memorySizeMB":256,"maxMemoryUsedMB":58)");
  }
  std::string text() const { return summary.text(rest); }
  bool says(std::string_view part) const { return text().find(part) != std::string::npos; }

  Summary summary;
  Summary::Rest rest{1, 0, 0, 0};
};

size_t lines_between(const std::string& text, std::string_view first, std::string_view last) {
  const size_t from = text.find(first);
  const size_t to = text.find(last, from);
  EXPECT_NE(to, std::string::npos) << text;
  return static_cast<size_t>(
      std::count(text.begin() + static_cast<ptrdiff_t>(from), text.begin() + static_cast<ptrdiff_t>(to), '\n'));
}

TEST(summary, a_summary_of_nothing_says_so) {
  Summing sum;
  sum.rest.source_records = 0;
  EXPECT_EQ(sum.text(), "No log events from 0 source records\n");
}

TEST(summary, a_complete_summary) {
  Summing sum;
  sum.rest = {2, 1, 4, 3};
  sum.add_lambda(R"("event":"start","requestId":"a")");
  sum.add(R"({"level":"INFO","message":"m"})", kTimeMs + 1);
  sum.add(R"({"level":"info","message":"m"})", kTimeMs + 2, "/aws/lambda/bills");
  sum.add_lambda(
      R"("event":"report","requestId":"a","durationMs":24.61,"billedDurationMs":25,"memorySizeMB":256,"maxMemoryUsedMB":58,"initDurationMs":131.07)",
      kTimeMs + 3);
  sum.add_lambda(R"("event":"timeout","requestId":"b","timeoutSeconds":3.00)", kTimeMs + 3000, "ERROR");
  EXPECT_EQ(sum.text(),
            "5 log events from 2 source records, 2025-10-09T08:53:20.025Z to 2025-10-09T08:53:23.025Z\n"
            "Dropped: 4 by drop, 3 by include and exclude\n"
            "Failed to parse: 1; see standard error\n"
            "\n"
            "lambda.event   records  INFO  ERROR\n"
            "(application)        2     2\n"
            "start                1     1\n"
            "report               1     1\n"
            "timeout              1            1\n"
            "all                  5     4      1\n"
            "\n"
            "Invocations reported: 1, with 1 cold start and 0 restores from a snapshot\n"
            "\n"
            "Slowest reports: 1\n"
            "   ms  billed ms  MB used  MB size  request ID  log group\n"
            "24.61         25       58      256  a           /aws/lambda/orders\n"
            "\n"
            "Failures: 1 timeout\n"
            "\n"
            "Newest failures: 1\n"
            "time                      failure  reason        request ID  log group\n"
            "2025-10-09T08:53:23.025Z  timeout  after 3.00 s  b           /aws/lambda/orders\n"
            "\n"
            "Log groups: 2\n"
            "4  /aws/lambda/orders\n"
            "1  /aws/lambda/bills\n");
}

TEST(summary, a_summary_of_application_lines_has_no_invocations) {
  Summing sum;
  sum.add(R"({"message":"m"})");
  EXPECT_EQ(sum.text(),
            "1 log event from 1 source record, 2025-10-09T08:53:20.025Z to 2025-10-09T08:53:20.025Z\n"
            "\n"
            "lambda.event   records  (none)\n"
            "(application)        1       1\n"
            "all                  1       1\n"
            "\n"
            "No failures\n"
            "\n"
            "Log groups: 1\n"
            "1  /aws/lambda/orders\n");
}

TEST(summary, a_summary_lists_the_ten_slowest_reports_and_their_total) {
  Summing sum;
  for (int i = 1; i <= 12; ++i)
    sum.add_report("id-" + std::to_string(i * 5 % 12), std::to_string(i * 5 % 12 + 1) + ".5");
  sum.add_report("equal", "12.5");
  const std::string text = sum.text();
  EXPECT_NE(text.find("Slowest reports, 10 of 13\n"), std::string::npos) << text;
  EXPECT_EQ(lines_between(text, "Slowest", "\n\nNo failures"), 11u);
  const size_t slowest = text.find("12.5         25       58      256  id-11 ");
  EXPECT_NE(slowest, std::string::npos) << text;
  EXPECT_LT(slowest, text.find("12.5         25       58      256  equal"));
  EXPECT_NE(text.find("id-3 "), std::string::npos);
  EXPECT_EQ(text.find("id-2 "), std::string::npos);
}

TEST(summary, a_summary_shows_failures_of_every_kind) {
  Summing sum;
  sum.add_lambda(R"("event":"timeout","requestId":"a","timeoutSeconds":3.00)", 1000);
  sum.add_lambda(R"("event":"exit","requestId":"b","errorType":"Runtime.ExitError")", 2000);
  sum.add_lambda(R"("event":"error","errorType":"KeyError")", 3000);
  sum.add(R"({"log_level":"ERROR","errorType":"ValueError","requestId":"c","stackTrace":[],"level":"ERROR",)"
          R"("lambda":{"event":"error","requestId":"c","errorType":"ValueError"}})",
          4000);
  sum.add(R"({"level":"INFO","message":"an error of the application","errorType":"ValueError"})", 4500);
  sum.add_lambda(R"("event":"report","requestId":"d","status":"error","errorType":"Function.Unhandled")", 5000);
  sum.add_lambda(R"("event":"initReport","status":"timeout")", 6000);
  sum.add_lambda(R"("event":"report","requestId":"e","status":"success")", 7000);
  sum.add_lambda(R"("event":"runtimeDone","requestId":"d","status":"error")", 8000);
  EXPECT_TRUE(
      sum.says("Failures: 1 timeout, 1 exit, 2 unhandled errors, 2 failed reports\n"
               "\n"
               "Types of unhandled errors: 2\n"
               "1  KeyError\n"
               "1  ValueError\n"
               "\n"
               "Newest failures: 6\n"
               "time                      failure     reason                    request ID  log group\n"
               "1970-01-01T00:00:06.000Z  initReport  timeout                   -           /aws/lambda/orders\n"
               "1970-01-01T00:00:05.000Z  report      error Function.Unhandled  d           /aws/lambda/orders\n"
               "1970-01-01T00:00:04.000Z  error       ValueError                c           /aws/lambda/orders\n"
               "1970-01-01T00:00:03.000Z  error       KeyError                  -           /aws/lambda/orders\n"
               "1970-01-01T00:00:02.000Z  exit        Runtime.ExitError         b           /aws/lambda/orders\n"
               "1970-01-01T00:00:01.000Z  timeout     after 3.00 s              a           /aws/lambda/orders\n"))
      << sum.text();
}

TEST(summary, a_summary_lists_the_ten_newest_failures_and_their_total) {
  Summing sum;
  for (int64_t i = 0; i < 11; ++i)
    sum.add_lambda(R"("event":"timeout","requestId":"id-)" + std::to_string(i) + '"', i * 1000);
  EXPECT_TRUE(sum.says("Newest failures, 10 of 11\n")) << sum.text();
  EXPECT_TRUE(sum.says("id-10 "));
  EXPECT_TRUE(sum.says("id-1 "));
  EXPECT_FALSE(sum.says("id-0 "));
}

TEST(summary, a_summary_counts_log_groups_beyond_the_limit_together) {
  Summing sum;
  for (size_t i = 0; i < Summary::kMaxLogGroups; ++i) sum.add("{}", 0, "/g/" + std::to_string(i));
  EXPECT_TRUE(sum.says("Log groups, 10 of 10000\n")) << sum.text();
  sum.add("{}", 0, "/g/one more");
  sum.add("{}", 0, "/g/7");
  EXPECT_TRUE(sum.says("Log groups, 10 of 10000 and more, with 1 record\n2  /g/7\n1  /g/0\n")) << sum.text();
  EXPECT_FALSE(sum.says("one more"));
}

TEST(summary, a_summary_counts_events_and_levels_beyond_the_limit_together) {
  Summing sum;
  for (size_t i = 0; i <= Summary::kMaxEvents; ++i)
    for (size_t j = 0; j <= Summary::kMaxLevels; ++j)
      sum.add_lambda("\"event\":\"e" + std::to_string(i) + '"', 0, "L" + std::to_string(j));
  const std::string text = sum.text();
  EXPECT_NE(text.find("  L0  L1  L2  L3  L4  L5  L6  L7  (other)\n"), std::string::npos) << text;
  EXPECT_NE(text.find("e39                25   1   1   1   1   1   1   1   1       17\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("(other)            25   1   1   1   1   1   1   1   1       17\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("all              1025  41  41  41  41  41  41  41  41      697\n"), std::string::npos)
      << text;
  EXPECT_EQ(lines_between(text, "lambda.event", "\nall"), Summary::kMaxEvents + 1);
}

TEST(summary, a_summary_counts_error_types_beyond_the_limit_together) {
  Summing sum;
  for (size_t i = 0; i <= Summary::kMaxErrorTypes; ++i)
    sum.add_lambda(R"("event":"error","errorType":"E)" + std::to_string(i) + '"');
  EXPECT_TRUE(sum.says("Types of unhandled errors, 10 of 1000 and more, with 1 record\n")) << sum.text();
}

TEST(summary, a_summary_escapes_text_for_terminals) {
  Summing sum;
  const std::string evil = R"(\u001b[2J\u202e\n)";
  sum.add("{\"level\":\"" + evil + "\",\"lambda\":{\"event\":\"report\",\"requestId\":\"" + evil +
              "\",\"durationMs\":\"1" + evil + "\",\"status\":\"" + evil + "\",\"errorType\":\"" + evil + "\"}}",
          0, "\x1b[31m\xff");
  sum.add_lambda("\"event\":\"error\",\"errorType\":\"" + evil + '"');
  sum.add_lambda("\"event\":\"" + evil + '"');
  for (const char c : sum.text()) EXPECT_TRUE(c == '\n' || (c >= ' ' && c < 0x7f)) << sum.text();
  EXPECT_TRUE(sum.says("\\x1b[31m\\xff")) << sum.text();
  EXPECT_TRUE(sum.says("\\x1b[2J\\u{202e}\\n")) << sum.text();
}

TEST(summary, a_summary_truncates_long_text) {
  Summing sum;
  const std::string text(100'000, 'x');
  sum.add("{\"level\":\"" + text + "\",\"lambda\":{\"event\":\"error\",\"errorType\":\"" + text +
              "\",\"requestId\":\"" + text + "\"}}",
          0, text);
  EXPECT_LT(sum.text().size(), 4000u);
}

TEST(summary, a_summary_ignores_members_of_another_type) {
  Summing sum;
  sum.add(R"({"level":{"level":"INFO"},"errorType":["E"],"lambda":[{"event":"report"}]})");
  sum.add(
      R"({"level":null,"a":{"level":"WARN","lambda":{"event":"report"}},"lambda":{"a":{"event":"timeout"},"event":{}}})");
  sum.add(R"({"level":30,"lambda":"report"})");
  EXPECT_TRUE(
      sum.says("lambda.event   records  (none)  30\n"
               "(application)        3       2   1\n"))
      << sum.text();
  EXPECT_TRUE(sum.says("No failures"));
}

TEST(summary, a_summary_counts_lines_that_are_not_json_objects) {
  Summing sum;
  for (const char* json : {"", "7", "[]", "[{\"level\":\"INFO\"}]", "{\"level\":\"INFO\"", "{}{}"}) sum.add(json);
  EXPECT_TRUE(
      sum.says("6 log events from 1 source record, 2025-10-09T08:53:20.025Z to 2025-10-09T08:53:20.025Z\n"
               "Records that are not JSON objects: 6\n"))
      << sum.text();
}

TEST(summary, a_number_beyond_doubles_does_not_affect_other_facts) {
  for (const std::string& number : {std::string("1e999"), "-1E+" + std::string(300, '9'), std::string(400, '9'),
                                    "0." + std::string(400, '0') + "1e999"}) {
    Summing sum;
    sum.add(R"({"n":)" + number + R"(,"level":"WARN","a":[)" + number + R"(],"lambda":{"n":)" + number +
            R"(,"event":"start"}})");
    EXPECT_TRUE(
        sum.says("lambda.event  records  WARN\n"
                 "start               1     1\n"))
        << sum.text();
  }
}

TEST(summary, nested_records_use_no_stack_in_a_summary) {
  Summing sum;
  constexpr size_t kDeep = 1 << 20;
  std::string json = "{\"a\":" + std::string(kDeep, '[') + std::string(kDeep, ']') + ",\"level\":\"INFO\"}";
  sum.add(json);
  EXPECT_TRUE(sum.says("INFO")) << sum.text();
}

TEST(summary, a_summary_does_not_use_arrival_times_as_event_times) {
  Summing sum;
  sum.add("{}", kTimeMs, "/g", PENSTOCK_RECORD_TIME_IS_ARRIVAL);
  EXPECT_TRUE(sum.says("1 log event from 1 source record\n")) << sum.text();
}

TEST(summary, a_summary_clamps_times_to_the_calendar) {
  Summing sum;
  sum.add("{}", INT64_MIN);
  sum.add("{}", INT64_MAX);
  EXPECT_TRUE(sum.says("0000-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z")) << sum.text();
}

TEST(summary, a_summary_ignores_durations_that_are_not_numbers) {
  Summing sum;
  sum.add_report("nan", "\"nan\"");
  sum.add_report("endless", "\"inf\"");
  sum.add_report("huge", "\"1e999\"");
  sum.add_report("negative", "-1");
  sum.add_report("word", "\"slow\"");
  sum.add_report("none", "null");
  sum.add_report("one", "1");
  EXPECT_TRUE(sum.says("Invocations reported: 7,")) << sum.text();
  EXPECT_TRUE(sum.says("Slowest reports, 1 of 7\n")) << sum.text();
}

}  // namespace
}  // namespace penstock::host
