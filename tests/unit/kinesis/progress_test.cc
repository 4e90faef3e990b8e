#include "core/kinesis/progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "core/kinesis/ack_table.h"

namespace penstock {
namespace {

// Of records that are not aggregated.
Progress::RecordNumber open(Progress& progress, const std::string& sequence_number) {
  return progress.open({sequence_number}, 0);
}

TEST(progress, the_position_moves_when_a_record_and_all_before_it_are_settled) {
  Progress progress;
  const auto first = open(progress, "1"), second = open(progress, "2"), third = open(progress, "3");
  EXPECT_EQ(progress.position().sequence_number, "");
  progress.release(second);
  EXPECT_EQ(progress.position().sequence_number, "");
  progress.release(first);
  EXPECT_EQ(progress.position().sequence_number, "2");
  progress.release(third);
  EXPECT_EQ(progress.position().sequence_number, "3");
  EXPECT_EQ(progress.open_records(), 0u);
}

TEST(progress, every_hold_counts) {
  Progress progress;
  const auto record = open(progress, "1");
  progress.hold(record);
  progress.hold(record);
  progress.release(record);
  progress.release(record);
  EXPECT_EQ(progress.position().sequence_number, "");
  progress.release(record);
  EXPECT_EQ(progress.position().sequence_number, "1");
}

TEST(progress, never_passes_a_record_that_was_abandoned) {
  Progress progress;
  const auto first = open(progress, "1"), second = open(progress, "2"), third = open(progress, "3");
  EXPECT_TRUE(progress.abandon(second));
  EXPECT_FALSE(progress.abandon(third)) << "it lies behind one that was abandoned";
  progress.release(third);
  progress.release(first);
  EXPECT_EQ(progress.position().sequence_number, "1");
  progress.release(open(progress, "4"));
  EXPECT_EQ(progress.position().sequence_number, "1");
  EXPECT_EQ(progress.open_records(), 0u) << "what can never be passed takes no memory";
}

TEST(progress, an_earlier_abandonment_wins) {
  Progress progress;
  const auto first = open(progress, "1"), second = open(progress, "2");
  EXPECT_TRUE(progress.abandon(second));
  EXPECT_TRUE(progress.abandon(first));
  progress.release(first);
  EXPECT_EQ(progress.position().sequence_number, "");
}

TEST(progress, in_any_order_of_settling_the_position_is_the_last_of_the_settled_prefix) {
  std::mt19937_64 random(20190825);
  for (int round = 0; round < 200; ++round) {
    Progress progress;
    std::vector<Progress::RecordNumber> order;
    order.reserve(30);
    for (int i = 0; i < 30; ++i) order.push_back(open(progress, std::to_string(i)));
    std::shuffle(order.begin(), order.end(), random);
    std::vector<bool> settled(order.size());
    for (const auto record : order) {
      progress.release(record);
      settled[record] = true;
      const auto open = std::find(settled.begin(), settled.end(), false) - settled.begin();
      ASSERT_EQ(progress.position().sequence_number, open == 0 ? "" : std::to_string(open - 1));
    }
  }
}

TEST(ack_table, an_id_is_taken_once) {
  AckTable acks;
  const GrantId shard = 5;
  const uint64_t first = acks.add(shard, 7), second = acks.add(shard, 8);
  EXPECT_FALSE(acks.take(0));
  EXPECT_FALSE(acks.take(second + 1));
  EXPECT_EQ(acks.take(second)->record, 8u);
  EXPECT_FALSE(acks.take(second));
  EXPECT_EQ(acks.outstanding(), 1u);
  EXPECT_EQ(acks.take(first)->record, 7u);
  EXPECT_FALSE(acks.take(first));
  EXPECT_EQ(acks.outstanding(), 0u);
  EXPECT_GT(acks.add(shard, 9), second) << "ids are never used again";
}

}  // namespace
}  // namespace penstock
