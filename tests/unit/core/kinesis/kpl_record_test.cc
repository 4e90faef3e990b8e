#include "core/kinesis/kpl_record.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/kpl_bytes.h"

namespace penstock::kinesis {
namespace {

using kpl_bytes::bytes_field;
using kpl_bytes::explicit_hash_key;
using kpl_bytes::number_field;
using kpl_bytes::partition_key;
using kpl_bytes::sealed;
using kpl_bytes::user_record;
using kpl_bytes::varint;

// One line per user record: partition key, explicit hash key, data. "plain": not an aggregated record.
using Lines = std::vector<std::string>;
const Lines kPlain = {"plain"};

Lines lines_of(KplRecord& reader, std::string_view record) {
  if (!reader.open(record)) return kPlain;
  Lines lines;
  for (KplUserRecord one; reader.next(one);)
    lines.push_back(std::string(one.partition_key) + "|" +
                    (one.explicit_hash_key ? std::string(*one.explicit_hash_key) : "-") + "|" +
                    std::string(one.data));
  EXPECT_EQ(lines.size(), reader.size());
  return lines;
}

Lines lines_of(std::string_view record) {
  KplRecord reader;
  return lines_of(reader, record);
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

// Three user records, written by aws-kinesis-agg 4.2.8 (npm).
constexpr std::string_view kOfAnotherLibrary =
    "f3899ac20a01610a02626312273334303238323336363932303933383436333436333337343630373433313736383231313435351a07"
    "08001a036f6e651a09080110001a0374776f1a0408001a009ab5a8ada4663703e47f8be809ede491";

TEST(kpl_record, records_written_by_another_library_are_split) {
  EXPECT_EQ(lines_of(from_hex(kOfAnotherLibrary)),
            (Lines{"a|-|one", "bc|340282366920938463463374607431768211455|two", "a|-|"}));
}

TEST(kpl_record, kpl_tables_may_follow_the_records_and_be_between_them) {
  EXPECT_EQ(lines_of(sealed(user_record(1, "x", number_field(2, 0)) + partition_key("first") +
                            user_record(0, "y") + explicit_hash_key("7") + partition_key("second"))),
            (Lines{"second|7|x", "first|-|y"}));
}

TEST(kpl_record, unknown_kpl_fields_and_tags_are_ignored) {
  const std::string odd = varint(9 << 3 | 1) + "12345678" + varint(10 << 3 | 5) + "1234" +
                          number_field(11, ~0ULL) + bytes_field(12, "bytes");
  EXPECT_EQ(lines_of(sealed(odd + partition_key("k") + user_record(0, "x", odd + bytes_field(4, "tag")) + odd)),
            (Lines{"k|-|x"}));
}

TEST(kpl_record, a_known_kpl_field_of_another_type_is_ignored) {
  EXPECT_EQ(lines_of(sealed(number_field(1, 5) + number_field(3, 5) + partition_key("k") +
                            user_record(0, "x", bytes_field(1, "0") + number_field(3, 9)))),
            (Lines{"k|-|x"}));
}

TEST(kpl_record, the_last_of_a_repeated_kpl_field_wins) {
  EXPECT_EQ(lines_of(sealed(partition_key("k") + partition_key("l") +
                            user_record(0, "x", number_field(1, 1) + bytes_field(3, "y")))),
            (Lines{"l|-|y"}));
}

TEST(kpl_record, data_that_is_too_short_or_lacks_the_magic_or_digest_is_plain) {
  const std::string sound = sealed(partition_key("k") + user_record(0, "x"));
  EXPECT_EQ(lines_of(sound), (Lines{"k|-|x"}));
  for (size_t size = 0; size < sound.size(); ++size) EXPECT_EQ(lines_of(sound.substr(0, size)), kPlain) << size;
  for (size_t at = 0; at < sound.size(); ++at) {
    std::string changed = sound;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_EQ(lines_of(changed), kPlain) << at;
  }
  EXPECT_EQ(lines_of(sound + "x"), kPlain);
  EXPECT_EQ(lines_of("a plain record, longer than magic and digest"), kPlain);
}

TEST(kpl_record, a_kpl_message_without_a_user_record_is_plain) {
  EXPECT_EQ(lines_of(sealed("")), kPlain);
  EXPECT_EQ(lines_of(sealed(partition_key("k"))), kPlain);
}

TEST(kpl_record, an_index_beyond_its_table_makes_the_whole_record_plain) {
  const std::string keys = partition_key("k") + explicit_hash_key("1");
  EXPECT_EQ(lines_of(sealed(keys + user_record(0, "x", number_field(2, 0)))), (Lines{"k|1|x"}));
  EXPECT_EQ(lines_of(sealed(keys + user_record(0, "x") + user_record(1, "y"))), kPlain);
  EXPECT_EQ(lines_of(sealed(keys + user_record(0, "x") + user_record(~0ULL, "y"))), kPlain);
  EXPECT_EQ(lines_of(sealed(keys + user_record(0, "x", number_field(2, 1)))), kPlain);
  EXPECT_EQ(lines_of(sealed(user_record(0, "x"))), kPlain);
}

TEST(kpl_record, a_user_record_without_key_index_or_data_makes_the_whole_record_plain) {
  const std::string sound = partition_key("k") + user_record(0, "x");
  EXPECT_EQ(lines_of(sealed(sound + bytes_field(3, number_field(1, 0)))), kPlain);
  EXPECT_EQ(lines_of(sealed(sound + bytes_field(3, bytes_field(3, "y")))), kPlain);
  EXPECT_EQ(lines_of(sealed(sound + bytes_field(3, ""))), kPlain);
}

TEST(kpl_record, invalid_protobuf_is_plain) {
  const std::string sound = partition_key("k") + user_record(0, "x");
  const std::string ten_bytes(9, '\xFF');
  const Lines one = {"k|-|x"};
  EXPECT_EQ(lines_of(sealed(sound + varint(8 << 3) + ten_bytes + '\x01')), one);     // 2^64 - 1
  EXPECT_EQ(lines_of(sealed(sound + varint(8 << 3) + ten_bytes + '\x02')), kPlain);  // 2^64
  EXPECT_EQ(lines_of(sealed(sound + varint(8 << 3) + ten_bytes + "\x81\x01")), kPlain);
  EXPECT_EQ(lines_of(sealed(sound + varint(8 << 3) + '\x80')), kPlain);  // ends within a number
  EXPECT_EQ(lines_of(sealed(sound + varint(8 << 3 | 2) + '\x05' + "four")), kPlain);
  EXPECT_EQ(lines_of(sealed(sound + varint(8 << 3 | 2) + varint(~0ULL) + "x")), kPlain);
  EXPECT_EQ(lines_of(sealed(sound + varint(8 << 3 | 1) + "1234567")), kPlain);
  EXPECT_EQ(lines_of(sealed(sound + varint(8 << 3 | 5) + "123")), kPlain);
  EXPECT_EQ(lines_of(sealed(sound + '\x02' + '\x01' + "x")), kPlain);  // field 0
  EXPECT_EQ(lines_of(sealed(sound + varint(uint64_t{1} << 32 | 2) + varint(0))), kPlain);
  for (const uint64_t type : {3U, 4U, 6U, 7U})
    EXPECT_EQ(lines_of(sealed(sound + varint(8 << 3 | type))), kPlain) << type;
}

std::string problem_with(const std::string& message) {
  KplRecord reader;
  EXPECT_FALSE(reader.open(sealed(message)));
  EXPECT_EQ(reader.size(), 0U);
  return reader.problem().message();
}

TEST(kpl_record, a_kpl_partition_key_has_at_most_256_characters_of_any_bytes) {
  for (const std::string character : {"k", "\u00E9", "\U0001F600", "\xFF"}) {
    std::string key;
    for (int count = 0; count < 256; ++count) key += character;
    EXPECT_EQ(lines_of(sealed(partition_key(key) + user_record(0, "x"))), (Lines{key + "|-|x"}));
    const std::string longer = partition_key("k") + partition_key(key + character) + user_record(0, "x");
    EXPECT_NE(
        problem_with(longer).find("a partition key has more than 256 characters, so none of its user records is "
                                  "emitted (number 1 of its table"),
        std::string::npos)
        << problem_with(longer);
  }
  EXPECT_NE(problem_with(user_record(0, "x") + partition_key(std::string(500'000, 'k'))).find("500000 bytes"),
            std::string::npos)
      << "the table may come after the records";
}

TEST(kpl_record, a_kpl_explicit_hash_key_has_at_most_39_digits) {
  const auto with = [](size_t digits) {
    return partition_key("k") + explicit_hash_key(std::string(digits, '1')) +
           user_record(0, "x", number_field(2, 0));
  };
  EXPECT_EQ(lines_of(sealed(with(39))), (Lines{"k|" + std::string(39, '1') + "|x"}));
  EXPECT_NE(
      problem_with(with(40)).find(
          "an explicit hash key has more than 39 digits, so none of its user records is emitted (number 0 of its "
          "table, 40 bytes)"),
      std::string::npos);
}

TEST(kpl_record, a_plain_record_is_not_a_problem) {
  KplRecord reader;
  EXPECT_FALSE(reader.open(sealed(partition_key(std::string(257, 'k')) + user_record(0, "x"))));
  EXPECT_FALSE(reader.open("plain"));
  EXPECT_TRUE(reader.problem().ok());
}

TEST(kpl_record, kpl_tables_use_four_bytes_per_entry_and_large_ones_are_freed) {
  std::string keys;
  for (int entry = 0; entry < 300'000; ++entry) keys += partition_key("");
  const std::string record = sealed(keys + user_record(299'999, "x"));
  KplRecord reader;
  ASSERT_TRUE(reader.open(record));
  EXPECT_EQ(reader.buffer_bytes(), 4U * 300'000);
  KplUserRecord one;
  EXPECT_TRUE(reader.next(one));
  EXPECT_FALSE(reader.next(one));
  EXPECT_EQ(reader.buffer_bytes(), 0U);
}

TEST(kpl_record, a_kpl_reader_reads_one_record_after_another) {
  KplRecord reader;
  EXPECT_EQ(lines_of(reader, sealed(partition_key("k") + partition_key("l") + user_record(1, "x"))),
            (Lines{"l|-|x"}));
  EXPECT_EQ(lines_of(reader, "plain"), kPlain);
  KplUserRecord none;
  EXPECT_FALSE(reader.next(none));
  EXPECT_EQ(reader.size(), 0U);
  EXPECT_EQ(lines_of(reader, sealed(partition_key("m") + user_record(1, "x"))), kPlain);
  EXPECT_EQ(lines_of(reader, sealed(partition_key("m") + user_record(0, "y"))), (Lines{"m|-|y"}));
}

TEST(kpl_record, the_effective_hash_key_is_the_explicit_one_or_the_hash_of_the_partition_key) {
  EXPECT_EQ(effective_hash_key({"k", "0", ""}), HashKey{0});
  EXPECT_EQ(effective_hash_key({"k", "340282366920938463463374607431768211455", ""}), kLastHashKey);
  EXPECT_EQ(effective_hash_key({"k", "340282366920938463463374607431768211456", ""}), std::nullopt);
  EXPECT_EQ(effective_hash_key({"k", "", ""}), std::nullopt);
  EXPECT_EQ(effective_hash_key({"k", "-1", ""}), std::nullopt);
  // 900150983cd24fb0d6963f7d28e17f72, RFC 1321.
  EXPECT_EQ(effective_hash_key({"abc", std::nullopt, ""}),
            parse_hash_key("191415658344158766168031473277922803570"));
}

}  // namespace
}  // namespace penstock::kinesis
