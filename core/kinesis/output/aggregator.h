// Packs records into the entries of one PutRecords call: one record per entry, or several.
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

// Entry of a PutRecords call, sent as one Kinesis record under the partition key of its first record: a chain of
// records, linked by `next`. It is accepted or rejected as a whole, and retried unchanged.
struct PutEntry {
  WriterRecord* first;
  WriterRecord* last;
  size_t bytes;             // before compression: data, framing and partition key
  uint64_t shards_version;  // ShardMap version in which its records belong to one shard; 0: unknown
  std::optional<HashKey> hash_key = std::nullopt;  // ExplicitHashKey with which it was sent
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
    newline,  // records of one partition key, separated by newlines
    kpl,  // records of one shard in the KPL's format (kpl_record.h); of one partition key while shards are unknown
  };
  struct Options {
    Aggregate aggregate = Aggregate::none;
    bool append_newline = false;  // to the data of each entry; with kpl, to that of each user record
    // Compresses the data of each entry, newlines included. Not with kpl, because its consumers do not expect it.
    bool gzip = false;
    bool random_hash_keys = false;  // a new ExplicitHashKey for each entry and attempt
    size_t max_call_bytes = kMaxCallBytes;

    // Returns whether records share an entry because their partition keys belong to one shard. With random hash
    // keys, any records may share an entry, because each of its user records carries the entry's hash key.
    bool by_shard() const { return aggregate == Aggregate::kpl && !random_hash_keys; }
  };

  // Size of an entry: twice the 25 KiB by which writes are billed, as in the KPL. Data is assumed to compress to a
  // quarter. A larger record goes alone.
  static constexpr size_t kAggregateBytes = 51'200;
  static constexpr size_t kAggregateBytesBeforeGzip = 4 * kAggregateBytes;

  // REQUIRES: shards and random outlive the aggregator.
  Aggregator(Options options, const ShardMap& shards, Random& random)
      : options_(options), shards_(shards), random_(random) {}

  // Returns by how much a record may grow when it is packed alone.
  size_t growth_bytes(size_t bytes) const {
    return (options_.append_newline ? 1 : 0) + (options_.gzip ? bytes / 1000 + kGzipOverheadBytes : 0);
  }

  // Adds a chain of records that must stay together (of one record, unless it was in a call before). Returns false
  // if the call has no room for it.
  bool add(WriterRecord& first);
  // Returns whether an entry of the call has records with the key of this one, and room for it; join() adds it
  // there.
  bool can_join(const WriterRecord& record) const { return has_room(entry_of_key(record), record); }
  void join(WriterRecord& record) { join(entry_of_key(record), record); }

  // Sets whether records may be aggregated in the KPL's format. If not, aggregate kpl sends each record alone.
  void allow_kpl(bool allowed) { kpl_allowed_ = allowed; }
  // Returns how records that were never sent are aggregated now.
  Aggregate aggregate() const {
    return options_.aggregate == Aggregate::kpl && !kpl_allowed_ ? Aggregate::none : options_.aggregate;
  }
  // Returns whether a chain must be split into its records, because it may no longer be sent in the KPL's format.
  bool must_split(const WriterRecord& first) const {
    return first.next != nullptr && options_.aggregate == Aggregate::kpl && !kpl_allowed_;
  }

  bool empty() const { return entries_.empty(); }
  // Limits the call that begins now to that many entries. REQUIRES: empty().
  void set_max_entries(size_t entries) { max_entries_ = entries; }
  size_t body_bytes() const;  // approximate, before compression
  // Append the body of the call to body, then return its entries. Afterwards the aggregator is empty.
  void append_body(std::string& body, std::string_view stream);
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
  bool kpl_allowed_ = true;
  std::vector<PutEntry> entries_;
  size_t bytes_ = 0;
  size_t max_entries_ = kMaxRecordsPerCall;  // limit for this call: the lowest max_batch_entries of its records
  // Entries that may grow: the last one with records of each key, and the last one of each shard.
  std::unordered_map<std::string_view, size_t> by_key_{};
  std::unordered_map<uint32_t, size_t> by_shard_{};
  std::string joined_, compressed_;  // buffers for one entry
};

}  // namespace penstock::kinesis
