#include "core/kinesis/packing.h"

#include <algorithm>
#include <utility>

namespace penstock {

namespace {

HashKey random_hash_key(Random& random) {
  const HashKey high = random.next();
  return high << 64 | random.next();
}

}  // namespace

// The parcel that a record may go with; kNone: it needs one of its own.
size_t Packing::joinable(const WriterRecord& record) const {
  if (options_.aggregate == Aggregate::none) return kNone;
  const auto found = by_key_.find(record.partition_key);
  if (found == by_key_.end()) return kNone;
  const size_t bytes = 1 + record.data.size();
  const size_t most = options_.gzip ? kAggregateBytesBeforeGzip : kAggregateBytes;
  const bool room = parcels_[found->second].bytes + bytes <= most && bytes_ + bytes <= options_.max_call_bytes;
  return room ? found->second : kNone;
}

size_t Packing::bytes_of(const WriterRecord& first) const {
  size_t bytes = first.bytes();
  for (const WriterRecord* record = first.next; record != nullptr; record = record->next)
    bytes += 1 + record->data.size();
  return bytes;
}

bool Packing::add(WriterRecord& first) {
  if (!first.sent && can_join(first)) {
    join(first);
    return true;
  }
  const size_t bytes = bytes_of(first);
  const size_t company = std::min(company_, first.company);
  if (!parcels_.empty() && (parcels_.size() == company || bytes_ + bytes > options_.max_call_bytes)) return false;
  WriterRecord* last = &first;
  while (last->next != nullptr) last = last->next;
  parcels_.push_back({&first, last, bytes});
  bytes_ += bytes;
  company_ = company;
  const bool may_grow = options_.aggregate != Aggregate::none && !first.sent;
  if (may_grow) by_key_[first.partition_key] = parcels_.size() - 1;
  return true;
}

void Packing::join(WriterRecord& record) {
  Parcel& parcel = parcels_[joinable(record)];
  const size_t bytes = 1 + record.data.size();
  parcel.last->next = &record;
  parcel.last = &record;
  parcel.bytes += bytes;
  bytes_ += bytes;
}

size_t Packing::body_bytes() const {
  return put_records_body_bytes(parcels_.size(), bytes_) +
         (options_.random_hash_keys ? parcels_.size() * kExplicitHashKeyBytes : 0);
}

std::string_view Packing::data_of(const Parcel& parcel) {
  std::string_view data = parcel.first->data;
  if (parcel.first->next != nullptr || options_.append_newline) {
    joined_ = data;
    each_record(parcel.first->next, [this](const WriterRecord& record) { (joined_ += '\n') += record.data; });
    if (options_.append_newline) joined_ += '\n';
    data = joined_;
  }
  if (!options_.gzip) return data;
  compressed_.clear();
  gzip_.append(compressed_, data);
  return compressed_;
}

std::string Packing::take_body(std::string_view stream) {
  std::string body;
  body.reserve(body_bytes());
  begin_put_records(body);
  for (const Parcel& parcel : parcels_) {
    if (options_.random_hash_keys)
      append_put_record(body, data_of(parcel), parcel.first->partition_key, random_hash_key(random_));
    else
      append_put_record(body, data_of(parcel), parcel.first->partition_key);
  }
  end_put_records(body, stream);
  return body;
}

std::vector<Parcel> Packing::take_parcels() {
  by_key_.clear();
  bytes_ = 0;
  company_ = kMaxRecordsPerCall;
  return std::exchange(parcels_, {});
}

}  // namespace penstock
