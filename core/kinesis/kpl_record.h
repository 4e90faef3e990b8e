// The format in which Amazon's producer library (KPL) packs several records, then called user records, into one.
// https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "core/kinesis/hash_key.h"

namespace penstock::kinesis {

// Around the protobuf message of an aggregated record: this before it, its MD5 behind.
inline constexpr std::string_view kKplMagic = "\xF3\x89\x9A\xC2";
inline constexpr size_t kKplDigestBytes = 16;

// Its views lie in the record that it was read from.
struct KplUserRecord {
  std::string_view partition_key;
  std::optional<std::string_view> explicit_hash_key;  // decimal, if it is what it should be
  std::string_view data;
};

// What decides on the user record's shard: its explicit hash key, else the hash of its partition key. A reader of
// a shard whose range has it not leaves the user record to the shard that it was sent to again. nullopt where the
// explicit hash key is no number below 2^128, or where there is no MD5.
std::optional<HashKey> effective_hash_key(const KplUserRecord& record);

// Takes aggregated records apart, one after another. Time is linear in the record, and memory but for the tables
// of keys, of four bytes an entry, constant. Whatever the bytes, what is opened gives all of its user records.
class KplRecord {
 public:
  // The service's own limits. Every user record repeats its key wherever it goes, so a longer one would multiply.
  static constexpr size_t kMaxPartitionKeyCharacters = 256;
  static constexpr size_t kMaxExplicitHashKeyDigits = 39;  // of 2^128 - 1

  // False: a plain record, which is all that is no sound aggregated record with at least one user record: too
  // short, without the magic, with another MD5, ill-formed as protobuf, or with an index beyond its table. (KCL
  // gives nothing of one without user records, and the first ones of one with a wrong index.) Also where there is
  // no MD5. Also false: an aggregated record whose tables have a key over its limit; problem() then says which.
  // record lives while its user records are read.
  bool open(std::string_view record);

  // Why an aggregated record was not opened; ok if the record is plain or was opened.
  const Status& problem() const { return problem_; }

  size_t size() const { return size_; }  // user records; of what was opened

  // The next user record; the first has the sub-sequence number 0, each further one the next. False: no more.
  bool next(KplUserRecord& user_record);

  size_t buffer_bytes() const {
    return (partition_keys_.capacity() + explicit_hash_keys_.capacity()) * sizeof(uint32_t);
  }
  // Nothing more is read of the record: frees its tables, as next() does at the end.
  void release();

 private:
  // Where an entry of a table begins in the message, with its length.
  using Table = std::vector<uint32_t>;

  // Fields of a message that belong to a table or are user records.
  struct Counts {
    size_t partition_keys = 0, explicit_hash_keys = 0, user_records = 0;
  };

  bool check_all(std::string_view message, Counts& counts);
  bool reject_key(const std::string& what, size_t index, std::string_view key, const std::string& limit);
  void read_tables(std::string_view message, const Counts& counts);
  void release_tables();
  std::string_view entry(const Table& table, uint64_t index) const;

  std::string_view message_;
  std::string_view rest_;  // of it, not yet given
  size_t size_ = 0;
  Status problem_;
  Table partition_keys_, explicit_hash_keys_;
};

}  // namespace penstock::kinesis
