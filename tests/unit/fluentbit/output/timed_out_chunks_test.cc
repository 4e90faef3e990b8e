#include "fluentbit/output/timed_out_chunks.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock::fluentbit {
namespace {

constexpr int64_t kHourMs = 3'600'000;

std::unique_ptr<ChunkProgress> progress(size_t written, uint64_t outstanding = 0) {
  auto out = std::make_unique<ChunkProgress>();
  out->written = written;
  out->outstanding = outstanding;
  return out;
}

void add(TimedOutChunks& remembered, const std::string& tag, const std::string& data, size_t written,
         uint64_t outstanding = 0, int64_t now_ms = 0) {
  auto one = progress(written, outstanding);
  remembered.add(tag, data, one, now_ms);
  EXPECT_EQ(one, nullptr);
}

// Returns how much of a chunk was written according to the table, or 0 if it is not there.
size_t take(TimedOutChunks& remembered, const std::string& tag, const std::string& data) {
  const auto taken = remembered.take(tag, data);
  return taken == nullptr ? 0 : taken->written;
}

TEST(fluentbit_timed_out_chunks, gives_a_chunk_back_once) {
  TimedOutChunks remembered(10, kHourMs);
  add(remembered, "tag", "data", 7);
  EXPECT_EQ(take(remembered, "tag", "data"), 7u);
  EXPECT_EQ(take(remembered, "tag", "data"), 0u);
}

TEST(fluentbit_timed_out_chunks, knows_a_chunk_by_its_tag_and_by_all_of_its_bytes) {
  TimedOutChunks remembered(10, kHourMs);
  add(remembered, "tag", "data", 7);
  EXPECT_EQ(take(remembered, "tat", "data"), 0u);
  EXPECT_EQ(take(remembered, "tag", "datb"), 0u);
  EXPECT_EQ(take(remembered, "tag", "dat"), 0u);
  EXPECT_EQ(take(remembered, "tagd", "ata"), 0u);
  EXPECT_EQ(take(remembered, "tag", "data"), 7u);
}

TEST(fluentbit_timed_out_chunks, gives_equal_chunks_back_as_often_as_they_were_the_oldest_first) {
  TimedOutChunks remembered(10, kHourMs);
  add(remembered, "tag", "data", 1);
  add(remembered, "tag", "data", 2);
  EXPECT_EQ(take(remembered, "tag", "data"), 1u);
  EXPECT_EQ(take(remembered, "tag", "data"), 2u);
  EXPECT_EQ(take(remembered, "tag", "data"), 0u);
}

TEST(fluentbit_timed_out_chunks, forgets_the_oldest_beyond_its_count) {
  TimedOutChunks remembered(2, kHourMs);
  add(remembered, "tag", "a", 1);
  add(remembered, "tag", "b", 1);
  EXPECT_EQ(remembered.size(), 2u);
  add(remembered, "tag", "c", 1);
  EXPECT_EQ(remembered.size(), 2u);
  EXPECT_EQ(take(remembered, "tag", "a"), 0u);
  EXPECT_EQ(take(remembered, "tag", "b"), 1u);
}

TEST(fluentbit_timed_out_chunks, forgets_what_is_older_than_its_age_and_not_what_is_just_as_old) {
  TimedOutChunks remembered(10, kHourMs);
  add(remembered, "tag", "a", 1, 0, 0);
  add(remembered, "tag", "b", 1, 0, 1);
  add(remembered, "tag", "c", 1, 0, kHourMs + 1);
  EXPECT_EQ(remembered.size(), 2u);
  EXPECT_EQ(take(remembered, "tag", "a"), 0u);
  EXPECT_EQ(take(remembered, "tag", "b"), 1u);
}

TEST(fluentbit_timed_out_chunks, forgets_the_oldest_beyond_its_bytes_of_receipts) {
  TimedOutChunks remembered(10, kHourMs, 100);
  const auto add_with = [&](const std::string& data, size_t receipt_bytes) {
    auto one = progress(1);
    one->receipts.assign(receipt_bytes, 'r');
    remembered.add("tag", data, one, 0);
  };
  add_with("a", 47);
  add_with("b", 47);
  EXPECT_EQ(remembered.size(), 2u) << "with the tags these are 100 bytes";
  add_with("c", 1);
  EXPECT_EQ(remembered.size(), 2u);
  EXPECT_EQ(take(remembered, "tag", "a"), 0u);
  EXPECT_EQ(take(remembered, "tag", "b"), 1u);
}

TEST(fluentbit_timed_out_chunks, never_forgets_what_is_under_way) {
  TimedOutChunks remembered(1, kHourMs);
  add(remembered, "tag", "a", 1, 1);
  add(remembered, "tag", "b", 1);
  add(remembered, "tag", "c", 1, 1, 3 * kHourMs);
  EXPECT_EQ(remembered.size(), 2u);
  EXPECT_EQ(take(remembered, "tag", "a"), 1u);
  EXPECT_EQ(take(remembered, "tag", "b"), 0u);
  EXPECT_EQ(take(remembered, "tag", "c"), 1u);
}

}  // namespace
}  // namespace penstock::fluentbit
