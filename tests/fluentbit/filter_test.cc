// The filter in the agent.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/fluentbit/agent_harness.h"

namespace penstock::test_agent {
namespace {

constexpr char kInfoLine[] =
    "[INFO]\t2019-08-25T13:59:15.269Z\t8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\torder accepted, 3 items\n";

struct AgentHarness {
  explicit AgentHarness(const Properties& section = {}) : filter(file, pipeline, section) {
    log_book().clear();
    EXPECT_EQ(filter.init(), 0) << log_book().all();
  }
  ~AgentHarness() { filter.exit(); }
  AgentHarness(const AgentHarness&) = delete;
  AgentHarness& operator=(const AgentHarness&) = delete;

  std::vector<Event> filtered(const std::string& chunk) {
    const Filter::Response result = filter.filter("lambda", chunk);
    EXPECT_EQ(result.code, kFilterModified);
    return events_of(result.data);
  }

  WorkThread pipeline{"flb-pipeline"};
  NativeFile file{PENSTOCK_FILTER_LAMBDA_LOGS};
  Filter filter;
};

// [[time, {"m": "kept"}], {"log": line, "stream": "stdout"}]
std::string event_with(const std::string& line, const std::string& key = "log") {
  return Pack()
      .array(2)
      .array(2)
      .event_time(12, 34)
      .map(1)
      .text("m")
      .text("kept")
      .map(2)
      .text(key)
      .text(line)
      .text("stream")
      .text("stdout")
      .bytes;
}

TEST(fluentbit_filter, a_log_line_becomes_a_record_and_keeps_its_time_and_metadata) {
  AgentHarness harness;
  const std::vector<Event> events = harness.filtered(event_with(kInfoLine));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].seconds, 12);
  EXPECT_EQ(events[0].nanoseconds, 34);
  EXPECT_EQ(events[0].metadata.text("m"), "kept");
  EXPECT_EQ(events[0].body.text("level"), "INFO");
  EXPECT_EQ(events[0].body.text("message"), "order accepted, 3 items");
  EXPECT_EQ(events[0].body.find("log"), nullptr);
  EXPECT_EQ(events[0].body.find("stream"), nullptr);
}

TEST(fluentbit_filter, reserve_data_keeps_the_other_members_and_preserve_key_the_line) {
  AgentHarness reserve(Properties{{"Reserve_Data", "On"}});
  Event event = reserve.filtered(event_with(kInfoLine)).at(0);
  EXPECT_EQ(event.body.text("stream"), "stdout");
  EXPECT_EQ(event.body.find("log"), nullptr);
  AgentHarness both(Properties{{"reserve_data", "on"}, {"preserve_key", "on"}});
  event = both.filtered(event_with(kInfoLine)).at(0);
  EXPECT_EQ(event.body.text("stream"), "stdout");
  EXPECT_EQ(event.body.text("log"), kInfoLine);
  EXPECT_EQ(event.body.text("level"), "INFO");
}

TEST(fluentbit_filter, key_name_names_the_member_with_the_line) {
  AgentHarness harness(Properties{{"key_name", "line"}});
  EXPECT_EQ(harness.filtered(event_with(kInfoLine, "line")).at(0).body.text("level"), "INFO");
  EXPECT_EQ(harness.filter.filter("lambda", event_with(kInfoLine, "log")).code, kFilterUntouched);
}

TEST(fluentbit_filter, records_without_the_key_are_unchanged_and_in_order) {
  AgentHarness harness;
  const std::string without = event_with("x", "other");
  const std::vector<Event> events = harness.filtered(event_with("{\"n\":1}") + without + event_with("{\"n\":2}"));
  ASSERT_EQ(events.size(), 3u);
  ASSERT_NE(events[0].body.find("n"), nullptr);
  EXPECT_EQ(events[0].body.find("n")->integer, 1);
  EXPECT_EQ(events[1].body.text("other"), "x");
  EXPECT_EQ(events[1].body.text("stream"), "stdout");
  ASSERT_NE(events[2].body.find("n"), nullptr);
  EXPECT_EQ(events[2].body.find("n")->integer, 2);
}

TEST(fluentbit_filter, group_markers_stay_where_they_are) {
  AgentHarness harness;
  const auto marker = [](uint32_t seconds) {
    return Pack().array(2).array(2).event_time(seconds, 0).map(1).text("schema").text("otlp").map(0).bytes;
  };
  const std::vector<Event> events =
      harness.filtered(marker(0xffffffff) + event_with(kInfoLine) + marker(0xfffffffe));
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].seconds, 0xffffffff);
  EXPECT_EQ(events[0].metadata.text("schema"), "otlp");
  EXPECT_EQ(events[1].body.text("level"), "INFO");
  EXPECT_EQ(events[2].seconds, 0xfffffffe);
}

TEST(fluentbit_filter, legacy_events_are_filtered_and_stay_legacy) {
  AgentHarness harness;
  const std::vector<Event> events =
      harness.filtered(Pack().array(2).event_time(1, 2).map(1).text("log").text(kInfoLine).bytes);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].body.text("level"), "INFO");
}

TEST(fluentbit_filter, hostile_lines_do_not_affect_other_events) {
  AgentHarness harness;
  std::string chunk = event_with(kInfoLine);
  const std::vector<std::string> hostile = {
      "",        std::string(1, '\0'),     "\xff\xfe",          std::string(5000, '['),
      "{\"a\":", std::string(300000, 'x'), "REPORT RequestId: "};
  for (const std::string& line : hostile) chunk += event_with(line);
  chunk += event_with(kInfoLine);
  const std::vector<Event> events = harness.filtered(chunk);
  ASSERT_EQ(events.size(), hostile.size() + 2);
  EXPECT_EQ(events.front().body.text("level"), "INFO");
  EXPECT_EQ(events.back().body.text("level"), "INFO");
}

TEST(fluentbit_filter, events_that_drop_names_are_removed_from_the_chunk) {
  AgentHarness harness(Properties{{"Drop", "start,end"}});
  const std::string start = event_with("START RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001 Version: 7\n");
  const std::string end = event_with("END RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\n");
  const std::vector<Event> events = harness.filtered(start + event_with(kInfoLine) + end);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].body.text("level"), "INFO");
  EXPECT_TRUE(harness.filtered(start + end).empty());
}

TEST(fluentbit_filter, a_malformed_tail_does_not_affect_the_records_before_it) {
  AgentHarness harness;
  const std::string cut = event_with(kInfoLine).substr(0, 30);
  const Filter::Response result = harness.filter.filter("lambda", event_with(kInfoLine) + cut);
  ASSERT_EQ(result.code, kFilterModified);
  EXPECT_TRUE(log_book().says(LogBook::kWarning, "lambda_logs.0")) << log_book().all();
  std::string_view rest = result.data;
  ASSERT_TRUE(take_value(rest));
  const std::vector<Event> events = events_of(result.data.substr(0, result.data.size() - rest.size()));
  EXPECT_EQ(events.at(0).body.text("level"), "INFO");
}

TEST(fluentbit_filter, an_invalid_filter_option_is_reported_by_name_and_value_and_nothing_starts) {
  WorkThread pipeline("flb-pipeline");
  NativeFile file(PENSTOCK_FILTER_LAMBDA_LOGS);
  Filter filter(file, pipeline, {{"reserve_data", "perhaps"}});
  log_book().clear();
  EXPECT_NE(filter.init(), 0);
  EXPECT_TRUE(log_book().says(LogBook::kError, "PS0953: invalid reserve_data 'perhaps'")) << log_book().all();
}

TEST(fluentbit_filter, two_filters_each_have_their_own_options) {
  AgentHarness one(Properties{{"key_name", "a"}}), two(Properties{{"key_name", "b"}});
  EXPECT_EQ(one.filtered(event_with(kInfoLine, "a")).at(0).body.text("level"), "INFO");
  EXPECT_EQ(two.filtered(event_with(kInfoLine, "b")).at(0).body.text("level"), "INFO");
  EXPECT_EQ(one.filter.filter("lambda", event_with(kInfoLine, "b")).code, kFilterUntouched);
}

}  // namespace
}  // namespace penstock::test_agent
