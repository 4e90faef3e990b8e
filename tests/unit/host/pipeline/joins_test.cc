// Joining: when a batch is settled upstream, and with what.
#include "host/pipeline/joins.h"

#include <gtest/gtest.h>

namespace penstock::host {
namespace {

// The outcomes settled so far, in order.
std::vector<int32_t> outcomes(Joins& joins) {
  std::vector<Joins::Settled> settled;
  joins.take_settled(settled);
  std::vector<int32_t> out;
  out.reserve(settled.size());
  for (const Joins::Settled& one : settled) out.push_back(one.outcome);
  return out;
}

using Outcomes = std::vector<int32_t>;

TEST(joins, a_batch_that_nobody_took_is_filtered) {
  Joins joins;
  joins.release(joins.open(0, 7));
  std::vector<Joins::Settled> settled;
  joins.take_settled(settled);
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].input, 0u);
  EXPECT_EQ(settled[0].ack_id, 7u);
  EXPECT_EQ(settled[0].outcome, PENSTOCK_FILTERED);
  EXPECT_EQ(joins.in_flight(), 0u);
}

TEST(joins, a_batch_is_settled_when_the_last_output_has_settled_it) {
  Joins joins;
  const uint64_t id = joins.open(0, 1);
  joins.add(id);
  joins.add(id);
  joins.release(id);
  EXPECT_EQ(outcomes(joins), Outcomes{});
  joins.settle(id, PENSTOCK_DELIVERED);
  EXPECT_EQ(outcomes(joins), Outcomes{});
  EXPECT_EQ(joins.in_flight(), 1u);
  joins.settle(id, PENSTOCK_DELIVERED);
  EXPECT_EQ(outcomes(joins), Outcomes{PENSTOCK_DELIVERED});
}

TEST(joins, an_output_that_settles_at_once_does_not_settle_before_the_filters_are_done) {
  Joins joins;
  const uint64_t id = joins.open(0, 1);
  joins.add(id);
  joins.settle(id, PENSTOCK_DELIVERED);
  EXPECT_EQ(outcomes(joins), Outcomes{});
  joins.release(id);
  EXPECT_EQ(outcomes(joins), Outcomes{PENSTOCK_DELIVERED});
}

TEST(joins, the_worst_outcome_goes_upstream_whichever_comes_first) {
  const std::vector<int32_t> by_badness = {PENSTOCK_FILTERED, PENSTOCK_DELIVERED, PENSTOCK_FAILED_RECORDED,
                                           PENSTOCK_GIVEN_BACK};
  for (size_t a = 0; a < by_badness.size(); ++a) {
    for (size_t b = 0; b < by_badness.size(); ++b) {
      Joins joins;
      const uint64_t id = joins.open(0, 1);
      joins.add(id);
      joins.add(id);
      joins.release(id);
      joins.settle(id, by_badness[a]);
      joins.settle(id, by_badness[b]);
      EXPECT_EQ(outcomes(joins), Outcomes{by_badness[std::max(a, b)]}) << a << " " << b;
    }
  }
}

TEST(joins, an_outcome_that_is_not_known_counts_as_given_back) {
  Joins joins;
  const uint64_t id = joins.open(0, 1);
  joins.add(id);
  joins.release(id);
  joins.settle(id, 99);
  EXPECT_EQ(outcomes(joins), Outcomes{PENSTOCK_GIVEN_BACK});
}

TEST(joins, ids_are_unique_over_inputs_that_use_the_same) {
  Joins joins;
  const uint64_t a = joins.open(0, 5);
  const uint64_t b = joins.open(1, 5);
  EXPECT_NE(a, b);
  EXPECT_NE(a, 0u);
  joins.release(b);
  std::vector<Joins::Settled> settled;
  joins.take_settled(settled);
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].input, 1u);
}

TEST(joins, a_batch_that_is_not_open_cannot_be_settled) {
  Joins joins;
  const uint64_t id = joins.open(0, 1);
  joins.release(id);
  EXPECT_FALSE(joins.settle(id, PENSTOCK_DELIVERED));
  EXPECT_EQ(outcomes(joins).size(), 1u);
}

TEST(joins, what_was_cancelled_is_forgotten_and_all_the_rest_can_be_given_back) {
  Joins joins;
  joins.cancel(joins.open(0, 1));
  joins.open(0, 2);
  joins.give_back_all();
  EXPECT_EQ(outcomes(joins), Outcomes{PENSTOCK_GIVEN_BACK});
  EXPECT_EQ(joins.in_flight(), 0u);
}

}  // namespace
}  // namespace penstock::host
