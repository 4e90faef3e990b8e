// A batch as the writer keeps it: a copy, in which each record has the partition key under which it is sent.
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
  std::string_view data;           // points into the batch, like partition_key
  std::string_view partition_key;  // valid for the service; "": none
  int rejections = 0;              // times that it was sent without success
  // Entries that a call with this record may have: fewer after a call was rejected for its content.
  size_t max_batch_entries = kMaxRecordsPerCall;
  bool alone = false;      // the service rejected it in a call of its own
  bool done = false;       // delivered, or in the dead-letter file
  bool sent = false;       // was in a call before
  bool admitted = false;   // has capacity reserved in its shard's budget
  bool in_flight = false;  // see KeySequencer
  // Next record in the one list that has this one: of an entry, or of records that wait in a KeySequencer.
  WriterRecord* next = nullptr;
  bool unreadable = false;  // has the flag PENSTOCK_RECORD_UNREADABLE

  size_t bytes() const { return put_record_bytes(data, partition_key); }
};

// Copy of a batch. It never moves, because records and origin point into it.
struct WriterBatch {
  // Copies batch, with one allocation for all its text. now_ms is monotonic.
  WriterBatch(uint64_t number, const penstock_batch& batch, PartitionKeys& keys, Random& random, int64_t now_ms);
  WriterBatch(const WriterBatch&) = delete;
  WriterBatch& operator=(const WriterBatch&) = delete;

  uint64_t number;        // id within the writer
  penstock_batch origin;  // batch without its records
  std::vector<WriterRecord> records;
  int64_t written_ms;   // monotonic
  size_t memory_bytes;  // everything that it holds
  size_t outstanding;   // records that are neither delivered nor in the dead-letter file
  bool failed = false;  // one of its records is in the dead-letter file

 private:
  std::unique_ptr<char[]> text_;
};

}  // namespace penstock::kinesis
