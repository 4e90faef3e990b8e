// How records become the records of one PutRecords call: each by itself, or several in one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/env.h"
#include "core/kinesis/gzip.h"
#include "core/kinesis/put_records.h"
#include "core/kinesis/writer_batch.h"

namespace penstock {

// What is sent as one record, under the partition key of its first: a chain of records, by their next. It is taken
// or refused as a whole, and sent again as it is.
struct Parcel {
  WriterRecord* first;
  WriterRecord* last;
  size_t bytes;  // before compression: data, what is put around it, and the partition key
};

template <typename Visit>
void each_record(WriterRecord* first, const Visit& visit) {
  for (WriterRecord* record = first; record != nullptr;) {
    WriterRecord* const next = record->next;  // visit may free the record
    visit(*record);
    record = next;
  }
}

class Packing {
 public:
  enum class Aggregate {
    none,
    newline,  // of one partition key, with a newline between two
  };
  struct Options {
    Aggregate aggregate = Aggregate::none;
    bool append_newline = false;    // to each parcel's data
    bool gzip = false;              // it, after that
    bool random_hash_keys = false;  // an ExplicitHashKey for each parcel, drawn anew whenever it is sent
    size_t max_call_bytes = kMaxCallBytes;
  };

  // Two multiples of the 25 KiB that a write is billed by, as in AWS's own library (KPL). What is compressed is
  // taken to become a quarter. A record that is larger by itself goes alone.
  static constexpr size_t kAggregateBytes = 51'200;
  static constexpr size_t kAggregateBytesBeforeGzip = 4 * kAggregateBytes;

  Packing(Options options, Random& random) : options_(options), random_(random) {}

  // What a record may grow by when it is packed by itself.
  size_t growth_bytes(size_t bytes) const {
    return (options_.append_newline ? 1 : 0) + (options_.gzip ? bytes / 1000 + kGzipOverheadBytes : 0);
  }

  // Puts a chain of records that goes together, which is one record where it was in no call yet, into the call.
  // False: there is no room in it.
  bool add(WriterRecord& first);
  // Whether a parcel of the call has records of the key of this one, and room for it; join() puts it there.
  bool can_join(const WriterRecord& record) const { return joinable(record) != kNone; }
  void join(WriterRecord& record);

  bool empty() const { return parcels_.empty(); }
  size_t body_bytes() const;  // about, and before compression
  // The call's body, and what is in it: then all begins anew.
  std::string take_body(std::string_view stream);
  std::vector<Parcel> take_parcels();

 private:
  static constexpr size_t kNone = SIZE_MAX;

  size_t joinable(const WriterRecord& record) const;
  size_t bytes_of(const WriterRecord& first) const;
  std::string_view data_of(const Parcel& parcel);

  Options options_;
  Random& random_;
  Gzip gzip_;
  std::vector<Parcel> parcels_;
  size_t bytes_ = 0;
  size_t company_ = kMaxRecordsPerCall;                    // the least of the parcels
  std::unordered_map<std::string_view, size_t> by_key_{};  // the last parcel of a key
  std::string joined_, compressed_;                        // of one parcel
};

}  // namespace penstock
