// How records become the records of one PutRecords call: each by itself, or several in one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/env.h"
#include "core/kinesis/output/gzip.h"
#include "core/kinesis/output/kpl_encoder.h"
#include "core/kinesis/output/shard_map.h"
#include "core/kinesis/output/writer_batch.h"
#include "core/kinesis/put_records.h"

namespace penstock::kinesis {

// What is sent as one record, under the partition key of its first: a chain of records, by their next. It is taken
// or refused as a whole, and sent again as it is.
struct PutEntry {
  WriterRecord* first;
  WriterRecord* last;
  size_t bytes;             // before compression: data, what is put around it, and the partition key
  uint64_t shards_version;  // of the ShardMap by which its records belong to one shard; 0: not known
};

template <typename Visit>
void each_record(WriterRecord* first, const Visit& visit) {
  for (WriterRecord* record = first; record != nullptr;) {
    WriterRecord* const next = record->next;  // visit may free the record
    visit(*record);
    record = next;
  }
}

class Aggregator {
 public:
  enum class Aggregate {
    none,
    newline,  // of one partition key, with a newline between two
    kpl,      // of one shard, in the KPL's format (kpl_record.h); of one partition key where shards are not known
  };
  struct Options {
    Aggregate aggregate = Aggregate::none;
    bool append_newline = false;    // to each entry's data; with kpl, to that of each record in it
    bool gzip = false;              // it, after that; not with kpl, whose readers do not expect it
    bool random_hash_keys = false;  // an ExplicitHashKey for each entry, drawn each time that it is sent
    size_t max_call_bytes = kMaxCallBytes;

    // Whether records share an entry because their partition keys go to one shard. With random hash keys all
    // records may: the one that is drawn for the entry is written to each of them, too.
    bool by_shard() const { return aggregate == Aggregate::kpl && !random_hash_keys; }
  };

  // Two multiples of the 25 KiB that a write is billed by, as in AWS's own library (KPL). What is compressed is
  // taken to become a quarter. A record that is larger by itself goes alone.
  static constexpr size_t kAggregateBytes = 51'200;
  static constexpr size_t kAggregateBytesBeforeGzip = 4 * kAggregateBytes;

  // shards and random outlive this.
  Aggregator(Options options, const ShardMap& shards, Random& random)
      : options_(options), shards_(shards), random_(random) {}

  // What a record may grow by when it is packed by itself.
  size_t growth_bytes(size_t bytes) const {
    return (options_.append_newline ? 1 : 0) + (options_.gzip ? bytes / 1000 + kGzipOverheadBytes : 0);
  }

  // Puts a chain of records that goes together, which is one record where it was in no call yet, into the call.
  // False: there is no room in it.
  bool add(WriterRecord& first);
  // Whether an entry of the call has records of the key of this one, and room for it; join() puts it there.
  bool can_join(const WriterRecord& record) const { return has_room(entry_of_key(record), record); }
  void join(WriterRecord& record) { join(entry_of_key(record), record); }

  bool empty() const { return entries_.empty(); }
  // Limits the call that begins now to so many entries. REQUIRES: empty().
  void set_max_entries(size_t entries) { max_entries_ = entries; }
  size_t body_bytes() const;  // about, and before compression
  // The call's body, and what is in it: then all begins anew.
  std::string take_body(std::string_view stream);
  std::vector<PutEntry> take_entries();

 private:
  static constexpr size_t kNone = SIZE_MAX;

  uint32_t shard_of(const WriterRecord& record) const;
  size_t entry_of_key(const WriterRecord& record) const;
  size_t entry_of(const WriterRecord& record, uint32_t shard) const;
  bool has_room(size_t entry, const WriterRecord& record) const;
  void join(size_t entry, WriterRecord& record);
  size_t user_record_bytes(const WriterRecord& record) const;
  size_t joining_bytes(const WriterRecord& record, bool key_is_there) const;
  size_t bytes_of(const WriterRecord& first, bool may_grow) const;
  std::string_view kpl_data_of(const PutEntry& entry, std::optional<HashKey> hash_key);
  std::string_view data_of(const PutEntry& entry, std::optional<HashKey> hash_key);

  Options options_;
  const ShardMap& shards_;
  Random& random_;
  Gzip gzip_;
  KplEncoder kpl_;
  std::vector<PutEntry> entries_;
  size_t bytes_ = 0;
  size_t max_entries_ = kMaxRecordsPerCall;  // entries that the call may have: the least that one of them allows
  // Of the entries that may grow: the last one with records of a key, and the last one of a shard.
  std::unordered_map<std::string_view, size_t> by_key_{};
  std::unordered_map<uint32_t, size_t> by_shard_{};
  std::string joined_, compressed_;  // of one entry
};

}  // namespace penstock::kinesis
