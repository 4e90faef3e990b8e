// Complete inputs that share a stream through leases: what happens to each key's events when workers die, leave
// and freeze while the stream is resharded. The checker in the fleet checks every step.
#include "tests/sim/input_fleet.h"

#include <gtest/gtest.h>

namespace penstock::sim {
namespace {

constexpr int64_t kFailoverMs = 10'000;
constexpr int64_t kMinuteMs = 60'000;

// Checks that everything is settled and saved: the next reader begins after it.
void expect_nothing_left(InputFleet& fleet) {
  fleet.rest(5 * kMinuteMs);
  EXPECT_EQ(fleet.leased_shards(), fleet.open_shards());
  while (fleet.workers() > 0) fleet.stop(0);
  const int64_t duplicates = fleet.duplicates();
  fleet.start();
  fleet.run(kMinuteMs);
  fleet.rest(kMinuteMs);
  EXPECT_EQ(fleet.duplicates(), duplicates);
}

struct input_fleet : testing::TestWithParam<uint64_t> {
  void start_many(int count) {
    for (int i = 0; i < count; ++i) fleet.start();
  }
  void expect_nothing_left() { sim::expect_nothing_left(fleet); }

  InputFleet fleet{{.failover_ms = kFailoverMs, .seed = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(seeds, input_fleet, testing::Range<uint64_t>(1, 6));

TEST_P(input_fleet, every_event_arrives_once_and_in_order_across_reshards_and_handovers) {
  start_many(2);
  fleet.run(kMinuteMs);
  fleet.split();
  fleet.run(20'000);
  fleet.merge();
  fleet.run(kMinuteMs);
  const int64_t duplicates = fleet.duplicates();
  fleet.stop(0);
  start_many(1);
  fleet.run(kMinuteMs);
  fleet.split();
  fleet.stop(0);
  fleet.run(kMinuteMs);
  // The new worker took one or two shards from the other one, and emits their unsettled events again.
  EXPECT_LE(fleet.duplicates() - duplicates, 200);
  expect_nothing_left();
}

TEST_P(input_fleet, reshards_are_followed_without_another_list_of_shards) {
  start_many(1);
  fleet.run(15'000);
  const uint64_t before = fleet.kinesis.stats().calls.at("ListShards");
  fleet.split();
  fleet.run(10'000);
  fleet.merge();
  fleet.run(10'000);
  fleet.rest(20'000);
  EXPECT_EQ(fleet.kinesis.stats().calls.at("ListShards"), before);
  fleet.run(kMinuteMs);
  expect_nothing_left();
}

TEST_P(input_fleet, shards_end_and_children_start_even_without_child_shards) {
  fleet.kinesis.settings().omits_child_shards = true;
  fleet.kinesis.faults().set_rates({.no_iterator = 0.05});
  start_many(2);
  fleet.run(kMinuteMs);
  fleet.split();
  fleet.run(20'000);
  fleet.merge();
  fleet.run(kMinuteMs);
  fleet.stop(0);
  start_many(1);
  fleet.run(kMinuteMs);
  fleet.kinesis.faults().set_rates({});
  expect_nothing_left();
}

TEST_P(input_fleet, unsettled_events_of_a_dead_worker_are_emitted_by_others) {
  start_many(4);
  fleet.run(kMinuteMs);
  fleet.split();
  fleet.run(static_cast<int64_t>(GetParam()) * 777);
  fleet.kill(0);
  fleet.run(5'000);
  fleet.merge();
  fleet.kill(1);
  fleet.run(3 * kFailoverMs);
  expect_nothing_left();
}

TEST_P(input_fleet, a_worker_frozen_past_the_failover_time_emits_nothing_that_it_read_ahead) {
  start_many(3);
  fleet.run(kMinuteMs);
  for (size_t round = 0; round < 3; ++round) {
    InputWorker& frozen = fleet.worker(round);
    const auto at_hand = [&] { return frozen.stat("received_records") - frozen.emitted(); };
    const int64_t before = at_hand();
    frozen.blocked = true;
    fleet.run(5'000);
    EXPECT_GT(at_hand(), before);
    const int64_t lost = frozen.stat("lost_leases");
    frozen.frozen = true;
    if (round == 1) fleet.split();
    fleet.run(3 * kFailoverMs);
    frozen.frozen = frozen.blocked = false;
    fleet.run(kMinuteMs);
    EXPECT_GT(frozen.stat("lost_leases"), lost);
  }
  expect_nothing_left();
}

TEST_P(input_fleet, all_fleet_faults_together_lose_nothing) {
  start_many(4);
  fleet.kinesis.faults().set_rates({.throttle = 0.1, .internal_failure = 0.02, .close = 0.02, .truncate = 0.02});
  fleet.dynamodb.faults().set_rates({.throttle = 0.05, .internal_failure = 0.02, .lose_response = 0.05});
  SimRandom random(GetParam());
  for (int round = 0; round < 15; ++round) {
    const size_t worker = random.up_to(fleet.workers() - 1);
    switch (random.up_to(5)) {
      case 0:
        fleet.kill(worker);
        break;
      case 1:
        fleet.stop(worker);
        break;
      case 2:
        fleet.worker(worker).blocked = true;
        fleet.run(3'000);
        fleet.worker(worker).frozen = true;
        break;
      case 3:
        fleet.split();
        break;
      case 4:
        if (fleet.open_shards().size() > 2) fleet.merge();
        break;
      default:
        fleet.worker(worker).blocked = true;
    }
    while (fleet.workers() < 4) fleet.start();
    fleet.run(static_cast<int64_t>(10'000 + random.up_to(20'000)));
    for (size_t i = 0; i < fleet.workers(); ++i) fleet.worker(i).frozen = fleet.worker(i).blocked = false;
  }
  fleet.kinesis.faults().set_rates({});
  fleet.dynamodb.faults().set_rates({});
  fleet.run(2 * kMinuteMs);
  expect_nothing_left();
}

TEST_P(input_fleet, several_streams_are_shared_through_their_own_leases) {
  InputFleet both({.failover_ms = kFailoverMs, .streams = 2, .shards = 3, .seed = GetParam()});
  for (int i = 0; i < 3; ++i) both.start();
  both.run(kMinuteMs);
  EXPECT_EQ(both.leased_shards(), both.open_shards());
  EXPECT_EQ(both.leased_shards().size(), 6U);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(both.worker(i).stat("shards"), 2);
  both.split(1);
  both.run(20'000);
  both.merge(0);
  both.kill(0);
  both.run(kMinuteMs);
  both.stop(0);
  both.start();
  both.run(kMinuteMs);
  sim::expect_nothing_left(both);
}

struct input_that_begins_at_latest : testing::TestWithParam<InputFleet::Keeps> {};
INSTANTIATE_TEST_SUITE_P(kept, input_that_begins_at_latest,
                         testing::Values(InputFleet::Keeps::leases, InputFleet::Keeps::file));

TEST_P(input_that_begins_at_latest,
       an_input_at_latest_starts_at_its_first_start_even_after_a_crash_before_a_checkpoint) {
  InputFleet fleet(
      {.keeps = GetParam(), .failover_ms = kFailoverMs, .initial = {kinesis::InitialPosition::Kind::latest}});
  fleet.run(kMinuteMs);
  fleet.split();
  fleet.run(kMinuteMs);
  fleet.begin_here();
  fleet.run_quietly(2'000);
  fleet.start();
  fleet.run_quietly(3'000);
  EXPECT_EQ(fleet.worker(0).emitted(), 0);
  fleet.kill(0);  // nothing was read, so no position exists
  fleet.run(kMinuteMs);
  fleet.split();
  fleet.run(kMinuteMs);
  fleet.merge();
  fleet.run(kMinuteMs);
  fleet.start();
  fleet.run(kMinuteMs);
  fleet.split();
  fleet.run(kMinuteMs);
  fleet.rest(kMinuteMs);
  EXPECT_EQ(fleet.duplicates(), 0);
}

}  // namespace
}  // namespace penstock::sim
