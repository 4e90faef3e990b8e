// What penstock top makes of the JSON of /stats.
#include "host/top/top_view.h"

#include <gtest/gtest.h>

#include "host/top/snapshot.h"

namespace penstock::host {
namespace {

// The state of a run with an input of two shards and an output.
std::string state(const std::string& uptime_ms, const std::string& events, const std::string& reasons = "") {
  return R"({"version":"1.2.3","uptime_ms":)" + uptime_ms +
         R"(,"batches_in_flight":4,"process":{"cpu_ms":500,"resident_bytes":2000000},"ready":true,"reasons":[)" +
         reasons +
         R"(],"stages":[{"stage":"input:a:0","kind":"input","plugin":"a","stats":[)"
         R"({"name":"received_records","kind":"counter","unit":"records","value":10},)"
         R"({"name":"emitted_events","kind":"counter","unit":"events","value":)" +
         events +
         R"(},{"name":"lag_ms","kind":"gauge","unit":"ms","value":61500},)"
         R"({"name":"shard_lag_ms","kind":"gauge","unit":"ms","value":350,"labels":{"stream":"s","shard":"1"}},)"
         R"({"name":"shard_lag_ms","kind":"gauge","unit":"ms","value":61500,"labels":{"stream":"s","shard":"2"}},)"
         R"({"name":"retries","kind":"counter","unit":"calls","value":2}]},)"
         R"({"stage":"output:b:0","kind":"output","plugin":"b","stats":[)"
         R"({"name":"received_records","kind":"counter","unit":"records","value":99},)"
         R"({"name":"delivered_records","kind":"counter","unit":"records","value":20},)"
         R"({"name":"dead_letter_records","kind":"counter","unit":"records","value":3},)"
         R"({"name":"rejected_records","kind":"counter","unit":"records","value":5}]}]})";
}

Snapshot snapshot(const std::string& json) {
  const std::optional<Snapshot> out = parse_snapshot(json);
  EXPECT_TRUE(out) << json;
  return out.value_or(Snapshot{});
}

TEST(top, rates_are_those_between_two_states) {
  EXPECT_EQ(format_line(snapshot(state("12000", "300")), snapshot(state("10000", "100"))),
            "ready; in 100 events/s; out 0 records/s; lag 1m01s; in flight 4 batches; rejected 5, retries 2, dead "
            "letters 3");
}

TEST(top, one_batch_in_flight_is_a_batch) {
  Snapshot now = snapshot(state("10000", "100"));
  now.batches_in_flight = 1;
  EXPECT_NE(format_line(now, {}).find("in flight 1 batch; rejected"), std::string::npos);
  EXPECT_TRUE(format_screen(now, {}, {100, 100}).front().ends_with("in flight 1 batch"));
}

TEST(top, the_first_rates_and_those_after_a_restart_are_since_the_start) {
  const Snapshot now = snapshot(state("10000", "100"));
  EXPECT_NE(format_line(now, {}).find("in 10 events/s; out 2 records/s"), std::string::npos);
  EXPECT_NE(format_line(now, snapshot(state("90000", "5000"))).find("in 10 events/s"), std::string::npos);
}

TEST(top, counters_that_begin_again_give_no_negative_rate) {
  EXPECT_NE(format_line(snapshot(state("12000", "0")), snapshot(state("10000", "100"))).find("in 0 events/s"),
            std::string::npos);
}

TEST(top, the_screen_has_the_slowest_shards_that_there_is_room_for) {
  const Snapshot now = snapshot(state("10000", "100"));
  const std::vector<std::string> all = format_screen(now, {}, {100, 100}, "; press q to quit");
  EXPECT_EQ(all, (std::vector<std::string>{"penstock 1.2.3  up 10.0s  cpu 5%  memory 2.0 MB  in flight 4 batches",
                                           "ready; press q to quit", "",
                                           "INPUT  RECORDS/S  EVENTS/S  BYTES/S    LAG  UNACKED  DEAD  RETRIES",
                                           "a:0            1        10        -  1m01s        -     -        2",
                                           "", "OUTPUT  RECORDS/S  BYTES/S  IN FLIGHT  DEAD  REJECTED  RETRIES",
                                           "b:0             2        -        0 B     3         5        -", "",
                                           "SHARD    LAG", "s/2    1m01s", "s/1    350ms"}));
  const std::vector<std::string> less = format_screen(now, {}, {11, 20});
  EXPECT_EQ(less.size(), 11u);
  EXPECT_EQ(less.back(), "s/2    1m01s");
  for (const std::string& line : less) EXPECT_LE(line.size(), 20u);
}

// The state of a run whose only stage is an input with this name, which reports all that the table shows.
Snapshot with_busy_input(const std::string& name) {
  std::string stats;
  for (const char* const stat : {"received_records", "emitted_events", "received_bytes", "lag_ms",
                                 "oldest_unacked_ms", "dead_letter_records", "retries"})
    stats += std::string(stats.empty() ? "" : ",") + R"({"name":")" + stat +
             R"(","kind":"gauge","unit":"","value":123456})";
  return snapshot(R"({"version":"1","uptime_ms":1000,"reasons":[],"stages":[{"stage":"input:)" + name +
                  R"(","kind":"input","stats":[)" + stats + "]}]}");
}

TEST(top, a_name_that_is_too_long_is_shortened_and_no_number_is) {
  const std::vector<std::string> exact = format_screen(with_busy_input("penstock_kinesis"), {}, {24, 80});
  EXPECT_TRUE(exact[4].starts_with("penstock_kinesis  ")) << exact[4];
  EXPECT_TRUE(exact[4].ends_with("  123456")) << exact[4];
  EXPECT_EQ(exact[4].size(), 80u);
  const std::vector<std::string> cut = format_screen(with_busy_input("penstock_kinesis:0"), {}, {24, 80});
  EXPECT_TRUE(cut[4].starts_with("~stock_kinesis:0  ")) << cut[4];
  EXPECT_TRUE(cut[4].ends_with("  123456")) << cut[4];
  EXPECT_EQ(cut[4].size(), 80u);
}

TEST(top, a_character_of_several_bytes_is_one_column) {
  const std::vector<std::string> exact = format_screen(with_busy_input("\u00e4\u00f6\u00fc:0"), {}, {24, 80});
  EXPECT_TRUE(exact[4].starts_with("\u00e4\u00f6\u00fc:0  ")) << exact[4];
  EXPECT_EQ(exact[4].size(), exact[3].size() + 3) << exact[4];
  const std::vector<std::string> cut =
      format_screen(with_busy_input("penstock_kine\u00e4\u00f6\u00fc:0"), {}, {24, 80});
  EXPECT_TRUE(cut[4].starts_with("~stock_kine\u00e4\u00f6\u00fc:0  ")) << cut[4];
  const std::vector<std::string> narrow = format_screen(with_busy_input("\u00e4\u00f6\u00fc:0"), {}, {24, 2});
  EXPECT_EQ(narrow[4], "\u00e4\u00f6");
}

TEST(top, numbers_of_any_size_overflow_nothing) {
  for (const char* const number :
       {"9223372036854775807", "-9223372036854775808", "1e300", "18446744073709551615"}) {
    const Snapshot now = snapshot(state("1", number)), before = snapshot(state("9223372036854775807", number));
    EXPECT_FALSE(format_line(now, before).empty());
    EXPECT_FALSE(format_line(before, now).empty());
    EXPECT_FALSE(format_screen(before, now, {24, 80}).empty());
  }
  EXPECT_EQ(bounded_sum(INT64_MAX, 1), INT64_MAX);
  EXPECT_EQ(bounded_sum(INT64_MIN, -1), INT64_MIN);
  EXPECT_EQ(bounded_sum(INT64_MAX, INT64_MIN), -1);
}

TEST(top, a_long_reason_continues_on_the_next_line) {
  const Snapshot now = snapshot(state("1", "1", R"({"stage":"a:0","reason":"not healthy: see its log"})"));
  const std::vector<std::string> screen = format_screen(now, {}, {100, 20});
  EXPECT_EQ(std::vector<std::string>(screen.begin() + 2, screen.begin() + 5),
            (std::vector<std::string>{"  a:0: not healthy:", "  see its log", ""}));
}

TEST(top, reasons_are_shown_and_made_printable) {
  const Snapshot now = snapshot(state("1", "1", R"({"stage":"output:b:0","reason":"not \u001b[31mhealthy"})"));
  const std::vector<std::string> screen = format_screen(now, {}, {100, 100});
  EXPECT_EQ(screen[1], "NOT READY");
  EXPECT_EQ(screen[2], "  output:b:0: not \\x1b[31mhealthy");
  EXPECT_TRUE(format_line(now, {}).starts_with("NOT READY (output:b:0: not "));
}

TEST(top, text_that_is_not_the_state_of_a_run_is_refused) {
  for (const char* const text : {"", "ok\n", "{}", "[]", R"({"uptime_ms":1})", R"({"uptime_ms":"1","stages":[]})"})
    EXPECT_FALSE(parse_snapshot(text)) << text;
}

}  // namespace
}  // namespace penstock::host
