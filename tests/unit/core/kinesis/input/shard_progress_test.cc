#include "core/kinesis/input/shard_progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "core/kinesis/input/ack_table.h"

namespace penstock::kinesis {
namespace {

// For records that are not aggregated.
ShardProgress::RecordNumber open(ShardProgress& progress, const std::string& sequence_number) {
  return progress.open({sequence_number}, 0);
}

TEST(shard_progress, the_position_advances_when_a_record_and_all_before_it_are_settled) {
  ShardProgress progress;
  const auto first = open(progress, "1"), second = open(progress, "2"), third = open(progress, "3");
  EXPECT_EQ(progress.position().sequence_number, "");
  progress.unref(second);
  EXPECT_EQ(progress.position().sequence_number, "");
  progress.unref(first);
  EXPECT_EQ(progress.position().sequence_number, "2");
  progress.unref(third);
  EXPECT_EQ(progress.position().sequence_number, "3");
  EXPECT_EQ(progress.open_records(), 0u);
}

TEST(shard_progress, the_last_record_before_the_end_is_known_whenever_it_is_settled) {
  const std::string end(kShardEnd);
  ShardProgress settled_before, settled_after, empty;
  settled_before.unref(open(settled_before, "1"));
  settled_before.unref(open(settled_before, end));
  EXPECT_EQ(settled_before.last_before_end().sequence_number, "1");
  const auto record = open(settled_after, "1");
  EXPECT_EQ(settled_after.last_before_end().sequence_number, "");
  settled_after.unref(open(settled_after, end));
  settled_after.unref(record);
  EXPECT_TRUE(settled_after.position().is_end());
  EXPECT_EQ(settled_after.last_before_end().sequence_number, "1");
  empty.unref(open(empty, end));
  EXPECT_EQ(empty.last_before_end().sequence_number, "");
}

TEST(shard_progress, every_reference_to_a_record_counts) {
  ShardProgress progress;
  const auto record = open(progress, "1");
  progress.ref(record);
  progress.ref(record);
  progress.unref(record);
  progress.unref(record);
  EXPECT_EQ(progress.position().sequence_number, "");
  progress.unref(record);
  EXPECT_EQ(progress.position().sequence_number, "1");
}

TEST(shard_progress, the_position_never_passes_an_abandoned_record) {
  ShardProgress progress;
  const auto first = open(progress, "1"), second = open(progress, "2"), third = open(progress, "3");
  EXPECT_TRUE(progress.abandon(second));
  EXPECT_FALSE(progress.abandon(third)) << "it is after one that was abandoned";
  progress.unref(third);
  progress.unref(first);
  EXPECT_EQ(progress.position().sequence_number, "1");
  progress.unref(open(progress, "4"));
  EXPECT_EQ(progress.position().sequence_number, "1");
  EXPECT_EQ(progress.open_records(), 0u) << "records that can never be passed use no memory";
}

TEST(shard_progress, the_earliest_abandoned_record_limits_the_position) {
  ShardProgress progress;
  const auto first = open(progress, "1"), second = open(progress, "2");
  EXPECT_TRUE(progress.abandon(second));
  EXPECT_TRUE(progress.abandon(first));
  progress.unref(first);
  EXPECT_EQ(progress.position().sequence_number, "");
}

TEST(shard_progress, in_any_order_the_position_is_the_last_of_the_settled_prefix) {
  std::mt19937_64 random(20190825);
  for (int round = 0; round < 200; ++round) {
    ShardProgress progress;
    std::vector<ShardProgress::RecordNumber> order;
    order.reserve(30);
    for (int i = 0; i < 30; ++i) order.push_back(open(progress, std::to_string(i)));
    std::shuffle(order.begin(), order.end(), random);
    std::vector<bool> settled(order.size());
    for (const auto record : order) {
      progress.unref(record);
      settled[record] = true;
      const auto open = std::find(settled.begin(), settled.end(), false) - settled.begin();
      ASSERT_EQ(progress.position().sequence_number, open == 0 ? "" : std::to_string(open - 1));
    }
  }
}

TEST(shard_progress, merging_settled_records_does_not_change_the_position) {
  std::mt19937_64 random(20190825);
  for (int round = 0; round < 20; ++round) {
    ShardProgress progress;
    std::vector<ShardProgress::RecordNumber> out;
    std::vector<bool> settled;
    size_t passed = 0;
    const size_t most_out = 1 + random() % 300;
    for (size_t step = 0; step < 20'000; ++step) {
      if (out.size() < most_out) {
        out.push_back(open(progress, std::to_string(settled.size())));
        settled.push_back(false);
        continue;
      }
      // Rarely chooses the oldest, so that much is settled after it.
      const size_t chosen = random() % 100 == 0 ? 0 : random() % out.size();
      const auto record = out[chosen];
      out.erase(out.begin() + static_cast<std::ptrdiff_t>(chosen));
      settled[record] = true;
      const size_t passed_before = passed;
      while (passed < settled.size() && settled[passed]) ++passed;
      ASSERT_EQ(progress.unref(record), passed != passed_before);
      ASSERT_EQ(progress.position().sequence_number, passed == 0 ? "" : std::to_string(passed - 1));
      ASSERT_EQ(progress.open_records(), settled.size() - passed);
      if (passed < settled.size()) ASSERT_EQ(progress.first_open().sequence_number, std::to_string(passed));
    }
    if (!out.empty() && round % 2 == 0) {
      const size_t at = random() % out.size();
      EXPECT_TRUE(progress.abandon(out[at]));
      out.erase(out.begin() + static_cast<std::ptrdiff_t>(at), out.end());
    }
    const auto abandoned = progress.open_records() + passed;
    for (const auto record : out) progress.unref(record);
    EXPECT_EQ(progress.position().sequence_number, abandoned == 0 ? "" : std::to_string(abandoned - 1));
    EXPECT_EQ(progress.open_records(), 0U);
    EXPECT_EQ(progress.held_bytes(), 0U);
  }
}

TEST(shard_progress, a_record_that_is_never_settled_uses_constant_memory) {
  ShardProgress progress;
  const auto stuck = open(progress, "stuck");
  size_t max_bytes = 0;
  for (int count = 0; count < 200'000; ++count) {
    progress.unref(open(progress, "x"));
    max_bytes = std::max(max_bytes, progress.held_bytes());
  }
  EXPECT_LT(max_bytes, 64U << 10);
  EXPECT_EQ(progress.open_records(), 200'001U);
  EXPECT_TRUE(progress.unref(stuck));
  EXPECT_EQ(progress.held_bytes(), 0U);
}

TEST(shard_progress, progress_memory_is_proportional_to_unsettled_records) {
  ShardProgress progress;
  std::vector<ShardProgress::RecordNumber> kept;
  for (int count = 0; count < 100'000; ++count) {
    const auto record = open(progress, "x");
    if (count % 10 == 0)
      kept.push_back(record);
    else
      progress.unref(record);
  }
  const size_t bytes = progress.held_bytes();
  EXPECT_LT(bytes, kept.size() * 4 * 200);
  for (size_t i = 1; i < kept.size(); ++i) progress.unref(kept[i]);
  EXPECT_LT(progress.held_bytes(), 64U << 10) << "one is left";
}

TEST(ack_table, ack_memory_is_proportional_to_outstanding_batches) {
  AckTable acks;
  const uint64_t stuck = acks.add(1, 0);
  size_t max_bytes = 0;
  for (int count = 0; count < 200'000; ++count) {
    const uint64_t id = acks.add(1, 1);
    EXPECT_TRUE(acks.take(id));
    max_bytes = std::max(max_bytes, acks.held_bytes());
  }
  EXPECT_LT(max_bytes, 4U << 10);
  EXPECT_EQ(acks.outstanding(), 1U);
  EXPECT_TRUE(acks.take(stuck));
  EXPECT_EQ(acks.held_bytes(), 0U);
}

TEST(ack_table, ack_ids_are_found_in_any_order) {
  std::mt19937_64 random(20190825);
  AckTable acks;
  std::vector<uint64_t> ids;
  for (size_t record = 0; record < 5'000; ++record) ids.push_back(acks.add(1, record));
  std::shuffle(ids.begin(), ids.end(), random);
  for (const uint64_t id : ids) {
    const auto entry = acks.take(id);
    ASSERT_TRUE(entry);
    ASSERT_EQ(entry->record, id - 1);
    ASSERT_FALSE(acks.take(id));
  }
  EXPECT_EQ(acks.outstanding(), 0U);
}

TEST(ack_table, an_ack_id_is_taken_once) {
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
}  // namespace penstock::kinesis
