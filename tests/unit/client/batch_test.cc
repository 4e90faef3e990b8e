#include "client/batch.h"

#include <gtest/gtest.h>

#include <array>

#include "base/records.h"

namespace penstock::client {
namespace {

TEST(client_batch, a_batch_has_its_records_and_their_stride) {
  std::array<penstock_record, 2> records{};
  records[1].time_ms = 7;
  const penstock_batch batch = batch_of(records.data(), records.size(), 3);
  EXPECT_EQ(batch.struct_size, sizeof(penstock_batch));
  EXPECT_EQ(batch.ack_id, 3u);
  EXPECT_EQ(batch.record_count, 2u);
  EXPECT_EQ(record_at(batch, 1).time_ms, 7);
}

}  // namespace
}  // namespace penstock::client
