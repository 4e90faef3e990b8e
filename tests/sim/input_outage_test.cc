// What an input logs at its start, at outages and at their ends, and the lag that it reports meanwhile.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/sim/input_fixture.h"

namespace penstock::sim {
namespace {

class input_outage : public input {
 protected:
  size_t lines_with(std::string_view text) const { return count(text, nullptr); }
  size_t lines_with(std::string_view text, LogLevel level) const { return count(text, &level); }
  bool read_up(Reader& reader) {
    return reader.run([&] { return reader.stat("lag_ms") == 0; });
  }

 private:
  size_t count(std::string_view text, const LogLevel* level) const {
    return static_cast<size_t>(std::count_if(sim.log().begin(), sim.log().end(), [&](const LogLine& line) {
      return line.text.find(text) != std::string::npos && (level == nullptr || line.level == *level);
    }));
  }
};

TEST_F(input_outage, lag_grows_with_the_clock_without_responses) {
  make_stream(2);
  const auto reader = start();
  ASSERT_TRUE(read_up(*reader));
  service.faults().set_rates({.close = 1});
  reader->run_for(kMinuteMs);
  const int64_t lag_ms = reader->stat("lag_ms");
  EXPECT_EQ(reader->stat("failing_ms"), lag_ms);
  EXPECT_EQ(reader->stat("unreadable_streams"), 0);
  EXPECT_GE(lag_ms, kMinuteMs - 1500);
  EXPECT_LE(lag_ms, kMinuteMs + 1500);
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->stat("lag_ms"), lag_ms + kMinuteMs);
  EXPECT_GE(reader->stat("shard_lag_ms", "in/shardId-000000000000"), 2 * kMinuteMs - 1500);
  service.faults().set_rates({});
  EXPECT_TRUE(read_up(*reader));
  EXPECT_EQ(reader->stat("failing_ms"), 0);
}

TEST_F(input_outage, lag_grows_and_the_oldest_record_ages_while_the_output_is_blocked) {
  make_stream(1);
  const auto reader = start();
  ASSERT_TRUE(read_up(*reader));
  EXPECT_EQ(reader->stat("oldest_unacked_ms"), 0);
  put_many("a", 3);
  reader->emit_result = PENSTOCK_FULL;
  ASSERT_TRUE(reader->run([&] { return !reader->ids.empty(); }, kMinuteMs, false));
  for (const int64_t end_ms = clock.monotonic_ms() + kMinuteMs; clock.monotonic_ms() < end_ms;)
    reader->input.pump(std::min(end_ms, clock.monotonic_ms() + 1000));
  EXPECT_GE(reader->stat("lag_ms"), kMinuteMs);
  EXPECT_EQ(reader->stat("oldest_unacked_ms"), kMinuteMs);
  EXPECT_EQ(reader->stat("shard_oldest_unacked_ms", "in/shardId-000000000000"), kMinuteMs);
  EXPECT_GE(reader->stat("shard_clock_lag_ms", "in/shardId-000000000000"), kMinuteMs);
  EXPECT_GT(reader->stat("call_records", "GetRecords"), 0);
  reader->emit_result = PENSTOCK_OK;
  EXPECT_TRUE(reader->run_until_ids(3));
  EXPECT_TRUE(read_up(*reader));
  EXPECT_EQ(reader->stat("oldest_unacked_ms"), 0);
  EXPECT_EQ(reader->stat("shard_clock_lag_ms", "in/shardId-000000000000"), 0);
}

TEST_F(input_outage, lag_grows_from_the_start_without_credentials) {
  make_stream(1);
  sim.variables().clear();
  const auto reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->stat("lag_ms"), kMinuteMs);
  EXPECT_EQ(reader->stat("unreadable_streams"), 1);
  EXPECT_GT(reader->stat("retries"), 0);
  EXPECT_EQ(lines_with("credentials", LogLevel::error), 0u) << "they are requested again";
  EXPECT_GT(lines_with("stream in: cannot list its shards, retrying: ", LogLevel::warn), 0u);
  sim.variables() = {{"AWS_ACCESS_KEY_ID", model::AccessKey{}.id},
                     {"AWS_SECRET_ACCESS_KEY", model::AccessKey{}.secret}};
  EXPECT_TRUE(read_up(*reader));
  EXPECT_EQ(reader->stat("unreadable_streams"), 0);
  EXPECT_EQ(lines_with("using credentials from environment", LogLevel::info), 1u);
  EXPECT_EQ(lines_with("stream in: its shards are listed again", LogLevel::info), 1u);
}

TEST_F(input_outage, a_retry_is_counted_when_the_call_is_repeated) {
  make_stream(1);
  const auto reader = start();
  ASSERT_TRUE(read_up(*reader));
  EXPECT_EQ(reader->stat("retries"), 0);
  service.faults().next_calls("GetRecords", model::error_fault({400, "AccessDeniedException", "no"}));
  reader->run_for(5000);
  EXPECT_EQ(reader->stat("retries"), 0) << "it waits for 30 s";
  reader->run_for(40'000);
  EXPECT_EQ(reader->stat("retries"), 1);
}

TEST_F(input_outage, a_retried_read_is_a_warning_and_its_recovery_is_logged_once) {
  make_stream(20);
  const auto reader = start();
  ASSERT_TRUE(read_up(*reader));
  service.faults().set_rates({.internal_failure = 1});
  reader->run_for(kMinuteMs);
  EXPECT_GT(lines_with("cannot read shard", LogLevel::warn), 0u);
  EXPECT_LE(lines_with("cannot read shard"), 7u) << "20 shards, one text every 10 s";
  EXPECT_EQ(lines_with("", LogLevel::error), 0u);
  EXPECT_EQ(lines_with("again", LogLevel::info), 0u);
  service.faults().set_rates({});
  reader->run_for(2 * kMinuteMs);
  EXPECT_EQ(lines_with("stream in: all shards are read again", LogLevel::info), 1u);
}

TEST_F(input_outage, a_denied_read_is_an_error_with_the_time_of_the_retry) {
  make_stream(1);
  const auto reader = start();
  ASSERT_TRUE(read_up(*reader));
  service.faults().next_calls("GetRecords", model::error_fault({400, "AccessDeniedException", "no"}));
  reader->run_for(2 * kMinuteMs);
  EXPECT_EQ(
      lines_with("stream in: cannot read shard shardId-000000000000, retrying every 30 s: ", LogLevel::error), 1u);
  EXPECT_EQ(lines_with("stream in: all shards are read again", LogLevel::info), 1u);
}

TEST_F(input_outage, the_end_of_a_shard_list_outage_is_logged_once) {
  make_stream(1);
  service.faults().next_calls("ListShards", model::internal_failure(), 5);
  const auto reader = start();
  reader->run_for(5 * kMinuteMs);
  EXPECT_EQ(lines_with("stream in: cannot list its shards, retrying: ListShards: InternalFailure", LogLevel::warn),
            1u);
  EXPECT_EQ(lines_with("stream in: its shards are listed again", LogLevel::info), 1u);
}

TEST_F(input_outage, a_stream_that_finally_exists_is_logged) {
  const auto reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_GT(lines_with("stream in: not found, retrying every 30 s: ", LogLevel::warn), 0u);
  make_stream(1);
  EXPECT_TRUE(read_up(*reader));
  EXPECT_EQ(lines_with("stream in: its shards are listed again", LogLevel::info), 1u);
}

TEST_F(input_outage, the_end_of_a_disk_outage_is_logged_once_for_checkpoint_and_dead_letter_file) {
  make_stream(1);
  const auto reader = start();
  ASSERT_TRUE(read_up(*reader));
  sim.files().fail_syncs(true);
  put("a");
  service.preload("in", "k", "\x1F\x8B, but no gzip");
  reader->run_for(kMinuteMs);
  EXPECT_GT(lines_with("cannot save checkpoint file /checkpoint: ", LogLevel::error), 0u);
  EXPECT_EQ(lines_with("again", LogLevel::info), 0u);
  sim.files().fail_syncs(false);
  reader->run_for(kMinuteMs);
  EXPECT_EQ(lines_with("checkpoint file /checkpoint is saved again", LogLevel::info), 1u);
  EXPECT_EQ(lines_with("dead letters are written again to ", LogLevel::info), 1u);
}

TEST_F(input_outage, each_stream_logs_its_shard_count_and_start_once) {
  make_stream(5);
  put_many("a", 20);
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(20));
  reader->run_for(5 * kMinuteMs);
  EXPECT_EQ(
      lines_with(
          "stream in: starting at TRIM_HORIZON, because checkpoint file /checkpoint has no position (shards: 5)",
          LogLevel::info),
      1u);
  EXPECT_TRUE(reader->input.close(0).ok());
  kill(reader);
  reader = start();
  reader->run_for(5 * kMinuteMs);
  EXPECT_EQ(lines_with("(shards: 5", LogLevel::info), 2u);
  EXPECT_EQ(lines_with("stream in: resuming from checkpoint file /checkpoint; ", LogLevel::info), 1u);
}

// A response from a proxy is not a response from the service.
TEST_F(input_outage, an_unusual_first_response_does_not_hide_that_a_stream_was_recreated) {
  const model::Reply redirect = {.status = 307, .headers = {{"Location", "http://login.example/"}}, .body = ""};
  const model::Reply page = {.status = 403, .headers = {}, .body = "<html>AccessDeniedException</html>"};
  for (const model::Reply& odd : {redirect, page}) {
    SCOPED_TRACE(odd.status);
    streams = "of" + std::to_string(odd.status);
    service.create_stream(streams, 1);
    service.preload(streams, "k", message_of("old"));
    service.faults().next_calls("DescribeStreamSummary", model::reply_fault(odd), 3);
    const auto reader = start();
    EXPECT_TRUE(reader->run_until_ids(1));
    service.delete_stream(streams);
    reader->run_for(kMinuteMs);
    service.create_stream(streams, 1);
    service.preload(streams, "k", message_of("new"));
    reader->run_for(5 * kMinuteMs);
    EXPECT_EQ(reader->ids, std::vector<std::string>{"old"});
    EXPECT_TRUE(sim.logged("stream " + streams + " was deleted and created again"));
    EXPECT_TRUE(reader->input.close(0).ok());
    sim.kill();
  }
}

TEST_F(input_outage, a_defect_in_one_shard_does_not_stop_the_others) {
  make_stream(2);
  put_many("a", 40);
  const auto reader = start();
  reader->throws_for = "shardId-000000000000";
  reader->run_for(kMinuteMs);
  EXPECT_EQ(lines_with("shard shardId-000000000000: cannot emit its records, retrying in 30 s: internal error in "
                       "Penstock, please report "
                       "it: basic_string::_M_create",
                       LogLevel::error),
            2u)
      << "once in 30 s";
  const size_t of_the_other = reader->ids.size();
  EXPECT_GT(of_the_other, 5u);
  put_many("b", 40);
  reader->run_for(10'000);
  EXPECT_GT(reader->ids.size(), of_the_other);
  EXPECT_EQ(lines_with("its records are emitted again"), 0u);
  reader->throws_for.clear();
  reader->run_for(kMinuteMs);
  EXPECT_EQ(lines_with("shard shardId-000000000000: its records are emitted again", LogLevel::info), 1u);
  EXPECT_GT(reader->ids.size(), 70u);
}

TEST_F(input_outage, a_saved_time_before_1970_reads_from_the_oldest_record) {
  make_stream(1);
  put("a");
  own.initial = {kinesis::InitialPosition::Kind::at_timestamp, -500};
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
}

}  // namespace
}  // namespace penstock::sim
