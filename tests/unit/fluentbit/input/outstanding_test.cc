#include "fluentbit/input/outstanding.h"

#include <gtest/gtest.h>

namespace penstock::fluentbit {
namespace {

TEST(fluentbit_outstanding, memory_of_batches_of_tiny_records_is_limited) {
  constexpr size_t kLimitBytes = size_t{1} << 20;
  Outstanding outstanding(kLimitBytes);
  penstock_batch batch{};
  while (!outstanding.full() && batch.ack_id < kLimitBytes) {
    ++batch.ack_id;
    outstanding.add(batch, 1, 0);
  }
  EXPECT_LT(batch.ack_id, kLimitBytes / 200) << "the memory of a batch counts";
  for (uint64_t ack_id = 1; ack_id <= batch.ack_id; ++ack_id) outstanding.remove(ack_id);
  EXPECT_TRUE(outstanding.empty());
  EXPECT_FALSE(outstanding.full());
}

}  // namespace
}  // namespace penstock::fluentbit
