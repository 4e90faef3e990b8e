// Fan-in: when a batch is settled upstream, and with which outcome.
#include "host/pipeline/fan_in_tracker.h"

#include <gtest/gtest.h>

namespace penstock::host {
namespace {

// The outcomes settled so far, in order.
std::vector<int32_t> outcomes(FanInTracker& fan_in_tracker) {
  std::vector<FanInTracker::Settled> settled;
  fan_in_tracker.take_settled(settled);
  std::vector<int32_t> out;
  out.reserve(settled.size());
  for (const FanInTracker::Settled& one : settled) out.push_back(one.outcome);
  return out;
}

using Outcomes = std::vector<int32_t>;

TEST(fan_in_tracker, a_batch_without_an_output_is_filtered) {
  FanInTracker fan_in_tracker;
  fan_in_tracker.unref(fan_in_tracker.open(0, 7));
  std::vector<FanInTracker::Settled> settled;
  fan_in_tracker.take_settled(settled);
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].input, 0u);
  EXPECT_EQ(settled[0].ack_id, 7u);
  EXPECT_EQ(settled[0].outcome, PENSTOCK_FILTERED);
  EXPECT_EQ(fan_in_tracker.in_flight(), 0u);
}

TEST(fan_in_tracker, a_batch_is_settled_when_the_last_output_has_settled_it) {
  FanInTracker fan_in_tracker;
  const uint64_t id = fan_in_tracker.open(0, 1);
  fan_in_tracker.add(id);
  fan_in_tracker.add(id);
  fan_in_tracker.unref(id);
  EXPECT_EQ(outcomes(fan_in_tracker), Outcomes{});
  fan_in_tracker.settle(id, PENSTOCK_DELIVERED);
  EXPECT_EQ(outcomes(fan_in_tracker), Outcomes{});
  EXPECT_EQ(fan_in_tracker.in_flight(), 1u);
  fan_in_tracker.settle(id, PENSTOCK_DELIVERED);
  EXPECT_EQ(outcomes(fan_in_tracker), Outcomes{PENSTOCK_DELIVERED});
}

TEST(fan_in_tracker, an_output_that_settles_at_once_does_not_settle_the_batch_before_the_filters_end) {
  FanInTracker fan_in_tracker;
  const uint64_t id = fan_in_tracker.open(0, 1);
  fan_in_tracker.add(id);
  fan_in_tracker.settle(id, PENSTOCK_DELIVERED);
  EXPECT_EQ(outcomes(fan_in_tracker), Outcomes{});
  fan_in_tracker.unref(id);
  EXPECT_EQ(outcomes(fan_in_tracker), Outcomes{PENSTOCK_DELIVERED});
}

TEST(fan_in_tracker, the_worst_outcome_is_reported_in_any_order) {
  const std::vector<int32_t> by_severity = {PENSTOCK_FILTERED, PENSTOCK_DELIVERED, PENSTOCK_DEAD_LETTERED,
                                            PENSTOCK_RELEASED};
  for (size_t a = 0; a < by_severity.size(); ++a) {
    for (size_t b = 0; b < by_severity.size(); ++b) {
      FanInTracker fan_in_tracker;
      const uint64_t id = fan_in_tracker.open(0, 1);
      fan_in_tracker.add(id);
      fan_in_tracker.add(id);
      fan_in_tracker.unref(id);
      fan_in_tracker.settle(id, by_severity[a]);
      fan_in_tracker.settle(id, by_severity[b]);
      EXPECT_EQ(outcomes(fan_in_tracker), Outcomes{by_severity[std::max(a, b)]}) << a << " " << b;
    }
  }
}

TEST(fan_in_tracker, an_unknown_outcome_counts_as_released) {
  FanInTracker fan_in_tracker;
  const uint64_t id = fan_in_tracker.open(0, 1);
  fan_in_tracker.add(id);
  fan_in_tracker.unref(id);
  fan_in_tracker.settle(id, 99);
  EXPECT_EQ(outcomes(fan_in_tracker), Outcomes{PENSTOCK_RELEASED});
}

TEST(fan_in_tracker, batch_ids_are_unique_across_inputs) {
  FanInTracker fan_in_tracker;
  const uint64_t a = fan_in_tracker.open(0, 5);
  const uint64_t b = fan_in_tracker.open(1, 5);
  EXPECT_NE(a, b);
  EXPECT_NE(a, 0u);
  fan_in_tracker.unref(b);
  std::vector<FanInTracker::Settled> settled;
  fan_in_tracker.take_settled(settled);
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].input, 1u);
}

TEST(fan_in_tracker, a_batch_that_is_not_open_cannot_be_settled) {
  FanInTracker fan_in_tracker;
  const uint64_t id = fan_in_tracker.open(0, 1);
  fan_in_tracker.unref(id);
  EXPECT_FALSE(fan_in_tracker.settle(id, PENSTOCK_DELIVERED));
  EXPECT_EQ(outcomes(fan_in_tracker).size(), 1u);
}

TEST(fan_in_tracker, canceled_batches_are_removed_and_all_others_can_be_released) {
  FanInTracker fan_in_tracker;
  fan_in_tracker.cancel(fan_in_tracker.open(0, 1));
  fan_in_tracker.open(0, 2);
  fan_in_tracker.release_all();
  EXPECT_EQ(outcomes(fan_in_tracker), Outcomes{PENSTOCK_RELEASED});
  EXPECT_EQ(fan_in_tracker.in_flight(), 0u);
}

}  // namespace
}  // namespace penstock::host
