// A stream: its shards, their records, their rates.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/model_kinesis/hash_key.h"
#include "tests/model_kinesis/rate_window.h"
#include "tests/model_kinesis/sequence_number.h"

namespace penstock::model {

struct Record {
  SequenceNumber sequence_number;
  int64_t arrival_ms;         // Unix time
  std::string partition_key;  // "": none, which only Distribution::automatic allows
  std::string data;
};

struct Shard {
  uint32_t index = 0;
  HashKey first = 0;
  HashKey last = kLastHashKey;
  int64_t created_s = 0;  // as in its sequence numbers
  int64_t created_ms = 0;
  int64_t closed_ms = INT64_MAX;
  std::vector<uint32_t> parents;   // none, the parent, or the parent and the adjacent parent
  std::vector<uint32_t> children;  // none while it is open, or if it was closed by the deletion of the stream
  std::deque<Record> records;      // in order; the first has the number `trimmed`
  uint64_t trimmed = 0;            // records that were here and are past their retention
  bool forgotten = false;  // closed, and all records are past their retention: the service no longer knows it

  RateWindow written_records, written_bytes, get_calls, read_bytes, iterator_calls;
  int64_t reads_blocked_until_ms = 0;

  // Until then GetRecords returns no records although there are some, as the service does while it searches for
  // them: https://docs.aws.amazon.com/streams/latest/dev/troubleshooting-consumers.html
  int64_t hidden_until_ms = 0;
  // Until then GetRecords never reports that everything was read: MillisBehindLatest is above 0, and a closed
  // shard does not end.
  int64_t endless_until_ms = 0;

  std::string id() const;  // shardId-000000000000
  bool closed() const { return closed_ms != INT64_MAX; }
  uint64_t end() const { return trimmed + records.size(); }  // the number of the next record
  const Record& at(uint64_t number) const { return records[number - trimmed]; }
  // Returns a sequence number of this shard; `number` counts its records from 0.
  SequenceNumber sequence_number(uint64_t number, int64_t time_ms) const;
  SequenceNumber starting_sequence_number() const;
  SequenceNumber ending_sequence_number() const;
  // Returns the number of the record with these fields, or nullopt if they belong to another shard.
  std::optional<uint64_t> number_of(const SequenceFields& fields) const;
};

enum class CapacityMode { provisioned, on_demand };

// Who chooses the shard of a record. RecordDistributionStrategy has the names USER_PARTITION_KEY and AUTO.
// https://docs.aws.amazon.com/streams/latest/dev/service-managed-record-distribution.html
enum class Distribution {
  user_partition_key,
  automatic,  // the service: any shard, whatever the keys; only with CapacityMode::on_demand
};

class Stream {
 public:
  // Divides the hash keys evenly.
  Stream(std::string name, uint32_t shard_count, int64_t now_ms, CapacityMode mode = CapacityMode::provisioned);

  std::string kms_key;  // ARN of the customer managed key that encrypts it; "": not encrypted
  RateWindow dry_runs{};

  const std::string& name() const { return name_; }
  int64_t created_ms() const { return created_ms_; }
  CapacityMode mode() const { return mode_; }
  Distribution distribution() const { return distribution_; }
  // Takes effect at once, for new records only. REQUIRES: the mode is on_demand.
  void set_distribution(Distribution distribution) { distribution_ = distribution; }
  // Maximum size of a record, data and partition key. MaxRecordSizeInKiB of the service, for new records only.
  size_t max_record_bytes() const { return max_record_bytes_; }
  void set_max_record_bytes(size_t bytes) { max_record_bytes_ = bytes; }
  std::deque<Shard>& shards() { return shards_; }
  const std::deque<Shard>& shards() const { return shards_; }
  size_t open_shard_count() const { return open_.size(); }
  // Returns nullptr if the stream does not (or no longer) have the shard.
  Shard* find(std::string_view shard_id);
  Shard& open_shard_for(HashKey key);
  // Returns the open shards in the order of their hash keys, beginning with a random one.
  std::vector<Shard*> open_shards_from_random();

  const Record& append(Shard& shard, std::string_view partition_key, std::string_view data, int64_t now_ms);
  // REQUIRES: first_of_second is inside the shard's range, and the shard is open.
  void split(Shard& shard, HashKey first_of_second, int64_t now_ms);
  // REQUIRES: both are open and their ranges are adjacent, in either order.
  void merge(Shard& shard, Shard& adjacent, int64_t now_ms);
  // Closes it without children, as the deletion of a stream does before the stream is gone.
  void close(Shard& shard, int64_t now_ms);

 private:
  Shard& add(HashKey first, HashKey last, std::vector<uint32_t> parents, int64_t created_s, int64_t now_ms);
  void list_open();

  std::string name_;
  int64_t created_ms_;
  CapacityMode mode_;
  Distribution distribution_ = Distribution::user_partition_key;
  size_t max_record_bytes_ = 1 << 20;
  std::mt19937_64 random_;
  std::deque<Shard> shards_;    // by index; references stay valid
  std::vector<uint32_t> open_;  // by first hash key
};

}  // namespace penstock::model
