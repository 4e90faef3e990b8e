#include "core/kinesis/output/shard_limiter.h"

#include <gtest/gtest.h>

namespace penstock::kinesis {
namespace {

// Returns how many records of that many bytes a shard's budget admits for times before until_ms.
int admitted_until(ShardLimiter& limiter, int64_t now_ms, int64_t until_ms, size_t bytes = 1) {
  int count = 0;
  for (;;) {
    const ShardLimiter::Admission admission = limiter.admit(1, 1, bytes, now_ms);
    if (!admission.reserved || admission.due_ms >= until_ms) return count;
    ++count;
  }
}

TEST(shard_limiter, a_shard_that_never_rejected_a_record_has_no_limit) {
  ShardLimiter limiter;
  EXPECT_FALSE(limiter.any());
  limiter.on_throttled(1, 1, 0);
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(limiter.admit(2, 1, 1'000, 5).due_ms, 5);
}

TEST(shard_limiter, a_second_has_room_for_a_thousand_records_or_a_mebibyte) {
  struct Case {
    size_t records, bytes;
    int entries;
  };
  // In the last case, records share a stream record, so only bytes count.
  for (const auto& [records, bytes, entries] :
       {Case{1, 10, 1'000}, Case{1, 1 << 15, 32}, Case{0, 100, (1 << 20) / 100}}) {
    ShardLimiter limiter;
    limiter.on_throttled(1, 1, 0);
    int kept = 0;
    int64_t last_ms = 0;
    for (ShardLimiter::Admission place = {}; (place = limiter.admit(1, records, bytes, 0)).reserved; ++kept) {
      EXPECT_GE(place.due_ms, last_ms);
      last_ms = place.due_ms;
    }
    EXPECT_NEAR(kept, entries, entries / 10 + 1) << bytes;
    EXPECT_LE(last_ms, 1'000);
  }
}

TEST(shard_limiter, what_does_not_fit_is_asked_for_again_after_a_second) {
  ShardLimiter limiter;
  limiter.on_throttled(1, 1, 0);
  while (limiter.admit(1, 1, 1, 0).reserved) continue;
  EXPECT_EQ(limiter.admit(1, 1, 1, 0).due_ms, 1'000);
  EXPECT_TRUE(limiter.admit(1, 1, 1, 1'000).reserved);
}

TEST(shard_limiter, no_second_has_more_than_the_capacity) {
  ShardLimiter limiter;
  limiter.on_throttled(1, 1, 0);
  std::map<int64_t, int> sent;  // by time
  for (int64_t now_ms = 0; now_ms < 20'000; now_ms += 7)
    for (ShardLimiter::Admission place = {}; (place = limiter.admit(1, 1, 1, now_ms)).reserved;)
      ++sent[place.due_ms];
  int in_window = 0;
  auto oldest = sent.begin();
  for (const auto& [at_ms, count] : sent) {
    in_window += count;
    for (; oldest->first <= at_ms - 1'000; ++oldest) in_window -= oldest->second;
    ASSERT_LE(in_window, 1'000) << at_ms;
  }
  int total = 0;
  for (const auto& [at_ms, count] : sent) total += count;
  EXPECT_GE(total, 19'000) << "of 20,000";
}

TEST(shard_limiter, an_entry_larger_than_a_second_s_capacity_waits_until_nothing_else_was_sent_for_a_second) {
  ShardLimiter limiter;
  limiter.on_throttled(1, 1, 0);
  const ShardLimiter::Admission admission = limiter.admit(1, 1, 5 << 20, 10);
  EXPECT_TRUE(admission.reserved);
  EXPECT_EQ(admission.due_ms, 1'000);
  EXPECT_FALSE(limiter.admit(1, 1, 1, 10).reserved);
}

TEST(shard_limiter, each_rejection_lowers_the_rate_by_itself) {
  ShardLimiter limiter;
  limiter.on_throttled(1, 1, 0);
  for (int i = 0; i < 5'000; ++i) limiter.on_throttled(1, 1, 999);  // sent before there was a limit
  EXPECT_NEAR(admitted_until(limiter, 3'000, 3'500), 1'000, 1);
  for (int i = 0; i < 300; ++i) limiter.on_throttled(1, 1, 4'000);
  EXPECT_NEAR(admitted_until(limiter, 6'000, 6'500), 732, 2) << "1,000 less 300, and two seconds of growth";
}

TEST(shard_limiter, rejections_of_what_was_admitted_before_the_rate_was_lowered_do_not_count) {
  ShardLimiter limiter;
  limiter.on_throttled(1, 1, 0);
  for (int i = 0; i < 300; ++i) limiter.on_throttled(1, 1, 4'000);
  for (int i = 0; i < 300; ++i) limiter.on_throttled(1, 1, 4'999);
  for (int i = 0; i < 300; ++i) limiter.on_throttled(1, 1, 5'000);
  for (int i = 0; i < 300; ++i) limiter.on_throttled(1, 1, 5'999);
  EXPECT_NEAR(admitted_until(limiter, 7'000, 7'500), 445, 2);
  for (int i = 0; i < 200; ++i) limiter.on_throttled(1, 1, 7'500);
  EXPECT_NEAR(admitted_until(limiter, 9'000, 9'500), 279, 2);
}

TEST(shard_limiter, the_rate_never_falls_below_a_twentieth) {
  ShardLimiter limiter;
  for (int64_t now_ms = 0; now_ms < 60'000; now_ms += 10)
    for (int i = 0; i < 100; ++i) limiter.on_throttled(1, 1, now_ms);
  EXPECT_NEAR(admitted_until(limiter, 61'000, 61'500), 60, 5);
}

TEST(shard_limiter, an_idle_shard_has_no_limit_after_half_a_minute_without_rejections) {
  ShardLimiter limiter;
  limiter.on_throttled(1, 1, 0);
  EXPECT_NEAR(admitted_until(limiter, 29'000, 29'500), 1'000, 1);
  EXPECT_TRUE(limiter.any());
  EXPECT_EQ(limiter.admit(1, 1, 1, 30'021).due_ms, 30'021);
  EXPECT_FALSE(limiter.any());
}

TEST(shard_limiter, a_busy_shard_keeps_its_limit_without_rejections) {
  ShardLimiter limiter;
  limiter.on_throttled(1, 1, 0);
  for (int64_t now_ms = 0; now_ms < 60'000; now_ms += 10) admitted_until(limiter, now_ms, now_ms + 10);
  EXPECT_TRUE(limiter.any());
}

}  // namespace
}  // namespace penstock::kinesis
