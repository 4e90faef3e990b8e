#include "core/kinesis/output/writer_batch.h"

#include <gtest/gtest.h>

#include <string>

#include "base/bytes.h"
#include "tests/unit/core/kinesis/output/writer_fakes.h"

namespace penstock::kinesis {
namespace {

TEST(writer_batch, a_batch_keeps_no_pointer_to_what_was_passed) {
  FakeRandom random;
  auto body = std::make_unique<std::string>("the body of a record");
  auto group = std::make_unique<std::string>("/a/log/group/long/enough");
  auto central_group = std::make_unique<std::string>("/a/central/log/group");
  auto record = std::make_unique<penstock_record>();
  record->body = bytes(*body);
  penstock_batch batch = {};
  batch.record_stride = sizeof *record;
  batch.records = record.get();
  batch.record_count = 1;
  batch.log_group = bytes(*group);
  batch.central_log_group = bytes(*central_group);
  PartitionKeys keys;
  const WriterBatch kept(1, batch, keys, random, 0);
  body.reset();
  group.reset();
  central_group.reset();
  record.reset();
  EXPECT_EQ(kept.records[0].data, "the body of a record");
  EXPECT_EQ(view(kept.origin.log_group), "/a/log/group/long/enough");
  EXPECT_EQ(view(kept.origin.central_log_group), "/a/central/log/group");
  EXPECT_EQ(kept.origin.records, nullptr);
}

}  // namespace
}  // namespace penstock::kinesis
