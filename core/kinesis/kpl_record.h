// Reads the format in which the Kinesis Producer Library (KPL) aggregates several records, then called user
// records, into one Kinesis record.
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

// An aggregated record is this magic, a protobuf message, and the MD5 of the message.
inline constexpr std::string_view kKplMagic = "\xF3\x89\x9A\xC2";
inline constexpr size_t kKplDigestBytes = 16;

// One user record; its views point into the aggregated record.
struct KplUserRecord {
  std::string_view partition_key;
  std::optional<std::string_view> explicit_hash_key;  // decimal, if valid
  std::string_view data;
};

// Returns the hash key that decides the user record's shard: its explicit hash key, or else the hash of its
// partition key. A consumer skips a user record whose hash key is outside its shard's range, because the producer
// sends that one again, to the right shard. nullopt if the explicit hash key is not a number below 2^128, or if
// OpenSSL has no MD5.
std::optional<HashKey> effective_hash_key(const KplUserRecord& record);

// Parser of aggregated records, reused for one record after another. Time is linear in the record. Memory is
// constant except for the key tables, four bytes per entry. If open() succeeds, next() returns every user
// record, whatever bytes it contains.
class KplRecord {
 public:
  // The service's own limits. Each user record carries a copy of its key downstream, so one longer key in the
  // table would take memory many times over.
  static constexpr size_t kMaxPartitionKeyCharacters = 256;
  static constexpr size_t kMaxExplicitHashKeyDigits = 39;  // digits of 2^128 - 1

  // Opens a record. Returns false for a plain record, which is anything but a valid aggregated record with at
  // least one user record: too short, without the magic, with a wrong MD5, malformed as protobuf, or with an index
  // outside its table. (KCL returns nothing for an aggregated record without user records, and only the user
  // records before the first wrong index.) Also returns false if OpenSSL has no MD5, or if a key in the tables is
  // over its limit; for such a key, problem() says which. REQUIRES: record stays valid while its user records are
  // read.
  bool open(std::string_view record);

  // Returns why an aggregated record was not opened; ok if the record is plain or was opened.
  const Status& problem() const { return problem_; }

  size_t size() const { return size_; }  // user records in the open record

  // Reads the next user record. Their sub-sequence numbers count from 0. Returns false after the last one.
  bool next(KplUserRecord& user_record);

  size_t buffer_bytes() const {
    return (partition_keys_.capacity() + explicit_hash_keys_.capacity()) * sizeof(uint32_t);
  }
  // Closes the record early, without reading its other user records. Frees its tables, as next() does after the
  // last one.
  void release();

 private:
  // Offset of each entry in the message, at the entry's length prefix.
  using Table = std::vector<uint32_t>;

  // Number of table entries and user records in a message.
  struct Counts {
    size_t partition_keys = 0, explicit_hash_keys = 0, user_records = 0;
  };

  bool check_all(std::string_view message, Counts& counts);
  bool reject_key(const std::string& what, size_t index, std::string_view key, const std::string& limit);
  void read_tables(std::string_view message, const Counts& counts);
  void release_tables();
  std::string_view entry(const Table& table, uint64_t index) const;

  std::string_view message_;
  std::string_view rest_;  // part of message_ that next() has not read yet
  size_t size_ = 0;
  Status problem_;
  Table partition_keys_, explicit_hash_keys_;
};

}  // namespace penstock::kinesis
