// A batch as the writer keeps it: copied, each record with the partition key it will be sent under.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "core/kinesis/output/partition_key.h"
#include "core/kinesis/put_records.h"

namespace penstock::kinesis {

struct WriterBatch;

struct WriterRecord {
  WriterBatch* batch;
  std::string_view data;           // lies in the batch, as the key does
  std::string_view partition_key;  // as the service allows it; "": it has none
  int rejections = 0;              // times that it was sent without success
  // Parcels that a call with it may have: fewer once a call was refused for what is in it.
  size_t max_batch_entries = kMaxRecordsPerCall;
  bool alone = false;      // the service rejected it in a call that had nothing else
  bool done = false;       // delivered, or in the failure file
  bool sent = false;       // it was in a call already
  bool admitted = false;   // it has its place in the budget of its shard
  bool in_flight = false;  // see KeySequencer
  WriterRecord* next =
      nullptr;              // in the one list that it is in: of its entry, or of those that wait for their turn
  bool unreadable = false;  // it was handed over as PENSTOCK_RECORD_UNREADABLE

  size_t bytes() const { return put_record_bytes(data, partition_key); }
};

// Never moves: records and origin point into it.
struct WriterBatch {
  // Copies batch, with one allocation for all its text. now_ms is monotonic.
  WriterBatch(uint64_t number, const penstock_batch& batch, PartitionKeys& keys, Random& random, int64_t now_ms);
  WriterBatch(const WriterBatch&) = delete;
  WriterBatch& operator=(const WriterBatch&) = delete;

  uint64_t number;        // the writer's name for it
  penstock_batch origin;  // the batch without its records
  std::vector<WriterRecord> records;
  int64_t written_ms;   // monotonic
  size_t memory_bytes;  // all that it holds
  size_t outstanding;   // records that are neither delivered nor in the failure file
  bool failed = false;  // a record of it is in the failure file

 private:
  std::unique_ptr<char[]> text_;
};

}  // namespace penstock::kinesis
