// Where reading begins and continues, and what keeps a position from advancing.
#include <string>
#include <vector>

#include "tests/sim/input_fixture.h"

namespace penstock::sim {
namespace {

TEST_F(input, trim_horizon_starts_with_the_oldest_record) {
  make_stream(2);
  put_many("a", 10);
  const auto reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->distinct(), put_ids);
}

TEST_F(input, at_timestamp_starts_with_records_from_then_on) {
  make_stream(1);
  put("before");
  clock.advance(5000);
  own.initial = {kinesis::InitialPosition::Kind::at_timestamp, clock.unix_ms()};
  put("at");
  clock.advance(5000);
  put("after");
  const auto reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids, (std::vector<std::string>{"at", "after"}));
}

TEST_F(input, latest_skips_nothing_of_later_shards) {
  own.initial.kind = kinesis::InitialPosition::Kind::latest;
  make_stream(1);
  put("before");
  clock.advance(5000);
  put_ids.clear();
  const auto reader = start();
  reader->run_for(5000);
  put_many("parent", 3);
  split();
  put_many("child", 20);
  EXPECT_TRUE(reader->run_until_ids(23));
  EXPECT_EQ(reader->distinct(), put_ids);
}

TEST_F(input, latest_skips_what_a_reshard_before_the_start_left_in_the_children) {
  own.initial.kind = kinesis::InitialPosition::Kind::latest;
  make_stream(1);
  split();
  put_many("before", 20);
  clock.advance(5000);
  const auto reader = start();
  reader->run_for(5000);
  put("after");
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids, std::vector<std::string>{"after"});
}

TEST_F(input, records_lost_to_retention_are_logged_with_both_numbers_and_counted) {
  make_stream(1);
  put_many("a", 3);
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(3));
  EXPECT_TRUE(reader->input.close(0).ok());
  kill(reader);
  put_many("lost", 4);
  put("b");
  model::Shard& shard = service.stream("in")->shards().front();
  const std::string left_at(shard.at(2).sequence_number.text()), goes_on_at(shard.at(7).sequence_number.text());
  service.trim(shard, 7);
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  EXPECT_EQ(reader->ids, std::vector<std::string>{"b"});
  EXPECT_EQ(reader->stat("gaps"), 1);
  EXPECT_TRUE(sim.logged(left_at));
  EXPECT_TRUE(sim.logged(goes_on_at));
}

TEST_F(input, records_lost_to_retention_during_an_expired_iterator_are_logged) {
  make_stream(1);
  put_many("a", 3);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(3));
  put_many("lost", 4);
  put("b");
  service.trim(service.stream("in")->shards().front(), 7);
  service.expire_iterators();
  EXPECT_TRUE(reader->run_until_ids(4));
  EXPECT_EQ(reader->ids.back(), "b");
  EXPECT_EQ(reader->stat("gaps"), 1);
}

TEST_F(input, a_position_just_within_retention_is_not_a_gap) {
  make_stream(1);
  put_many("a", 3);
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(3));
  EXPECT_TRUE(reader->input.close(0).ok());
  kill(reader);
  put("b");
  service.trim(service.stream("in")->shards().front(), 2);
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  EXPECT_EQ(reader->stat("gaps"), 0);
}

TEST_F(input, an_iterator_that_expires_before_the_first_record_is_renewed_at_its_position) {
  make_stream(1);
  put_many("a", 3);
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(3));
  EXPECT_TRUE(reader->input.close(0).ok());
  kill(reader);
  put("b");
  service.faults().next_calls("GetRecords", model::expire_iterators(), 2);
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids, std::vector<std::string>{"b"});
}

TEST_F(input, a_shard_list_whose_token_expires_is_restarted) {
  make_stream(5);
  put_many("a", 50);
  service.faults().next_calls("ListShards", model::Fault{}, 1);
  service.faults().next_calls("ListShards", model::error_fault({400, "ExpiredNextTokenException", "old"}), 1);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(50));
  EXPECT_EQ(reader->stat("shards"), 5);
}

TEST_F(input, an_unsettled_record_is_logged_once_and_again_when_it_is_settled) {
  options.stuck_warning_ms = 10'000;
  make_stream(1);
  put_many("a", 2);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(2, false));
  EXPECT_TRUE(reader->input.ack(reader->unsettled[1], PENSTOCK_DELIVERED));
  reader->run([] { return false; }, 8000, false);
  EXPECT_EQ(reader->stat("stuck_shards"), 0);
  reader->run([] { return false; }, kMinuteMs, false);
  EXPECT_EQ(reader->stat("stuck_shards"), 1);
  const std::string hole(service.stream("in")->shards().front().at(0).sequence_number.text());
  EXPECT_EQ(std::count_if(sim.log().begin(), sim.log().end(),
                          [&](const LogLine& line) { return line.text.find(hole) != std::string::npos; }),
            1);
  EXPECT_TRUE(sim.logged("shard shardId-000000000000: the checkpoint is stuck"));
  EXPECT_TRUE(reader->input.ack(reader->unsettled[0], PENSTOCK_DELIVERED));
  reader->run([] { return false; }, 5000, false);
  EXPECT_EQ(reader->stat("stuck_shards"), 0);
  EXPECT_TRUE(sim.logged("the checkpoint advances again"));
}

}  // namespace
}  // namespace penstock::sim
