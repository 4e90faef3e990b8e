#include "core/kinesis/writer_batch.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/bytes.h"
#include "core/base/crypto.h"
#include "tests/unit/kinesis/writer_fakes.h"

namespace penstock {
namespace {

struct Wanted {
  std::string key, log_stream, id, partition_key;
};

std::string key_for(const Wanted& wanted) {
  FakeRandom random;
  penstock_record record = {};
  record.key = bytes(wanted.key);
  record.id = bytes(wanted.id);
  record.body = bytes("body");
  penstock_batch batch = {};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof record;
  batch.records = &record;
  batch.record_count = 1;
  batch.log_stream = bytes(wanted.log_stream);
  batch.partition_key = bytes(wanted.partition_key);
  const WriterBatch kept(1, batch, random, 0);
  EXPECT_EQ(kept.records.at(0).data, "body");
  return std::string(kept.records.at(0).partition_key);
}

TEST(writer_batch, key_is_the_records_own_then_log_stream_then_id_then_the_sources) {
  EXPECT_EQ(key_for({"key", "stream", "id", "source"}), "key");
  EXPECT_EQ(key_for({"", "stream", "id", "source"}), "stream");
  EXPECT_EQ(key_for({"", "", "id", "source"}), "id");
  EXPECT_EQ(key_for({"", "", "", "source"}), "source");
}

TEST(writer_batch, key_is_random_where_nothing_is_known) {
  const std::string key = key_for({"", "", "", ""});
  EXPECT_EQ(key.size(), 16U);
  EXPECT_EQ(key.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(writer_batch, key_of_256_characters_stays_and_of_257_is_hashed) {
  for (const std::string& character : {std::string("k"), std::string("\xE2\x82\xAC")}) {
    std::string key;
    for (int i = 0; i < 256; ++i) key += character;
    EXPECT_EQ(key_for({key, "", "", ""}), key);
    EXPECT_EQ(key_for({"", key, "", ""}), key);
    key += character;
    EXPECT_EQ(key_for({key, "", "", ""}), hex(sha256(key)));
    EXPECT_EQ(key_for({"", key, "", ""}), hex(sha256(key)));
    EXPECT_EQ(key_for({"", "", "", key}), hex(sha256(key)));
  }
}

TEST(writer_batch, key_that_is_not_utf8_is_hashed) {
  EXPECT_EQ(key_for({"\xFF", "", "", ""}), hex(sha256("\xFF")));
  EXPECT_EQ(key_for({"", "\xFF", "", ""}), hex(sha256("\xFF")));
  EXPECT_EQ(key_for({"", "", "\xFF", ""}), hex(sha256("\xFF")));
}

TEST(writer_batch, nothing_of_what_was_given_is_needed_later) {
  FakeRandom random;
  auto body = std::make_unique<std::string>("the body of a record");
  auto group = std::make_unique<std::string>("/a/log/group/long/enough");
  auto record = std::make_unique<penstock_record>();
  record->body = bytes(*body);
  penstock_batch batch = {};
  batch.record_stride = sizeof *record;
  batch.records = record.get();
  batch.record_count = 1;
  batch.log_group = bytes(*group);
  const WriterBatch kept(1, batch, random, 0);
  body.reset();
  group.reset();
  record.reset();
  EXPECT_EQ(kept.records[0].data, "the body of a record");
  EXPECT_EQ(view(kept.origin.log_group), "/a/log/group/long/enough");
  EXPECT_EQ(kept.origin.records, nullptr);
}

}  // namespace
}  // namespace penstock
