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

TEST(fluentbit_timed_out_chunks, a_timed_out_chunk_is_found_once) {
  TimedOutChunks remembered(10, kHourMs);
  add(remembered, "tag", "data", 7);
  EXPECT_EQ(take(remembered, "tag", "data"), 7u);
  EXPECT_EQ(take(remembered, "tag", "data"), 0u);
}

TEST(fluentbit_timed_out_chunks, timed_out_chunks_are_identified_by_tag_and_all_bytes) {
  TimedOutChunks remembered(10, kHourMs);
  add(remembered, "tag", "data", 7);
  EXPECT_EQ(take(remembered, "tat", "data"), 0u);
  EXPECT_EQ(take(remembered, "tag", "datb"), 0u);
  EXPECT_EQ(take(remembered, "tag", "dat"), 0u);
  EXPECT_EQ(take(remembered, "tagd", "ata"), 0u);
  EXPECT_EQ(take(remembered, "tag", "data"), 7u);
}

TEST(fluentbit_timed_out_chunks, equal_timed_out_chunks_are_found_oldest_first) {
  TimedOutChunks remembered(10, kHourMs);
  add(remembered, "tag", "data", 1);
  add(remembered, "tag", "data", 2);
  EXPECT_EQ(take(remembered, "tag", "data"), 1u);
  EXPECT_EQ(take(remembered, "tag", "data"), 2u);
  EXPECT_EQ(take(remembered, "tag", "data"), 0u);
}

TEST(fluentbit_timed_out_chunks, the_oldest_timed_out_chunks_beyond_the_count_are_dropped) {
  TimedOutChunks remembered(2, kHourMs);
  add(remembered, "tag", "a", 1);
  add(remembered, "tag", "b", 1);
  EXPECT_EQ(remembered.size(), 2u);
  add(remembered, "tag", "c", 1);
  EXPECT_EQ(remembered.size(), 2u);
  EXPECT_EQ(take(remembered, "tag", "a"), 0u);
  EXPECT_EQ(take(remembered, "tag", "b"), 1u);
}

TEST(fluentbit_timed_out_chunks, timed_out_chunks_older_than_the_maximum_age_are_dropped) {
  TimedOutChunks remembered(10, kHourMs);
  add(remembered, "tag", "a", 1, 0, 0);
  add(remembered, "tag", "b", 1, 0, 1);
  add(remembered, "tag", "c", 1, 0, kHourMs + 1);
  EXPECT_EQ(remembered.size(), 2u);
  EXPECT_EQ(take(remembered, "tag", "a"), 0u);
  EXPECT_EQ(take(remembered, "tag", "b"), 1u);
}

TEST(fluentbit_timed_out_chunks, the_oldest_timed_out_chunks_beyond_the_receipt_bytes_are_dropped) {
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

TEST(fluentbit_timed_out_chunks, timed_out_chunks_in_flight_are_never_dropped) {
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
