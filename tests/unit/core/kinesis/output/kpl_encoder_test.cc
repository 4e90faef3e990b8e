#include "core/kinesis/output/kpl_encoder.h"

#include <gtest/gtest.h>

#include <string>

#include "core/kinesis/kpl_record.h"
#include "tests/kpl_bytes.h"

namespace penstock::kinesis {
namespace {

TEST(kpl_encoder, the_kpl_encoder_writes_tables_once_and_records_in_order) {
  KplEncoder encoder;
  encoder.begin(std::nullopt);
  encoder.add("a", "one", "");
  encoder.add("bc", "two", "\n");
  encoder.add("a", "", "");
  EXPECT_EQ(encoder.finish(),
            kpl_bytes::sealed(kpl_bytes::partition_key("a") + kpl_bytes::partition_key("bc") +
                              kpl_bytes::user_record(0, "one") + kpl_bytes::user_record(1, "two\n") +
                              kpl_bytes::user_record(0, "")));
}

TEST(kpl_encoder, an_explicit_hash_key_applies_to_all_records_of_an_aggregate) {
  KplEncoder encoder;
  encoder.begin(HashKey{12});
  encoder.add("a", "x", "");
  encoder.add("b", "y", "");
  KplRecord reader;
  ASSERT_TRUE(reader.open(encoder.finish()));
  for (KplUserRecord record; reader.next(record);) EXPECT_EQ(record.explicit_hash_key, "12");
  encoder.begin(std::nullopt);
  encoder.add("a", "x", "");
  ASSERT_TRUE(reader.open(encoder.finish()));
  for (KplUserRecord record; reader.next(record);) EXPECT_EQ(record.explicit_hash_key, std::nullopt);
}

// At most 256 characters; those before the number have four bytes where there is room.
std::string key_of(size_t bytes, const std::string& number) {
  std::string key;
  while (bytes > 256 && key.size() + 8 <= bytes) key += "\U0001F600";
  return key + std::string(bytes - key.size() - number.size(), 'k') + number;
}

TEST(kpl_encoder, encoded_records_are_read_back_and_are_no_larger_than_computed) {
  for (const size_t data_bytes : {0U, 1U, 127U, 128U, 16'383U, 16'384U, 50'000U}) {
    for (const size_t key_bytes : {8U, 127U, 128U, 1'000U}) {
      for (const size_t records : {2U, 200U}) {
        KplEncoder encoder;
        encoder.begin(kLastHashKey);
        std::vector<std::string> keys;
        for (size_t i = 0; i < records; ++i) {
          const std::string number = std::to_string(i);
          keys.push_back(key_of(key_bytes, number));
        }
        const std::string data(data_bytes, 'x');
        for (const std::string& key : keys) encoder.add(key, data, "");
        const std::string_view record = encoder.finish();
        EXPECT_LE(record.size(), kKplRecordBytes + records * (kpl_partition_key_bytes(key_bytes) +
                                                              kpl_user_record_bytes(data_bytes)));
        KplRecord reader;
        ASSERT_TRUE(reader.open(record));
        ASSERT_EQ(reader.size(), records);
        KplUserRecord one;
        for (size_t i = 0; reader.next(one); ++i) {
          EXPECT_EQ(one.partition_key, keys[i]);
          EXPECT_EQ(one.data, data);
        }
      }
    }
  }
}

}  // namespace
}  // namespace penstock::kinesis
