#include "core/kinesis/input/record_decoder.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "core/logs/decode/gunzip.h"

namespace penstock::kinesis {

namespace {

constexpr std::string_view kJsonBlanks = " \t\r\n";

// Removes white space and then word from the front of text. Returns false if word does not come next.
bool take(std::string_view& text, std::string_view word) {
  text.remove_prefix(std::min(text.find_first_not_of(kJsonBlanks), text.size()));
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// Checks only the text, so that a truncated or damaged message is still recognized. An application's own JSON may
// have a messageType too, but hardly with these values; and in a string that contains a message, the quotes are
// escaped.
bool looks_like_message(std::string_view text) {
  if (!take(text, "{")) return false;
  constexpr std::string_view kName = "\"messageType\"";
  for (size_t at = text.find(kName); at != std::string_view::npos; at = text.find(kName)) {
    text.remove_prefix(at + kName.size());
    std::string_view value = text;
    if (take(value, ":") && (take(value, "\"DATA_MESSAGE\"") || take(value, "\"CONTROL_MESSAGE\""))) return true;
  }
  return false;
}

}  // namespace

RecordDecoder::RecordDecoder(const DecodeOptions& options)
    : options_(options), reader_(options.inflate_limit_bytes, options.extracted_fields) {}

void RecordDecoder::begin(std::string_view data, const penstock_batch& origin, const HashKeyRange& range) {
  data_ = data;
  origin_ = origin;
  range_ = range;
  is_begun_ = in_unexpected_shard_ = false;
  kind_ = Kind::nothing;
  framing_ = Framing::plain;
  if (!options_.deaggregate || origin.sub_sequence_number != 0) return;
  if (!aggregated_.open(data)) {
    if (!aggregated_.problem().ok()) framing_ = Framing::malformed;
    return;
  }
  framing_ = Framing::aggregated;
  ++counters_.aggregated_records;
  counters_.user_records += static_cast<int64_t>(aggregated_.size());
}

void RecordDecoder::resume(std::string_view data, const penstock_batch& origin, const HashKeyRange& range,
                           DecodePosition through, penstock_batch& batch) {
  const DecodeCounters counters = counters_;
  const logs::SubscriptionCounters messages = reader_.counters();
  begin(data, origin, range);
  while (next_user_record() && origin_.sub_sequence_number < through.sub_sequence_number) {
  }
  while (batches_ < through.batches && next(batch)) {
  }
  counters_ = counters;
  reader_.restore(messages);
}

bool RecordDecoder::has_more_user_records() const {
  if (!is_begun_) return true;
  return framing_ == Framing::aggregated && origin_.sub_sequence_number + 1 < aggregated_.size();
}

void RecordDecoder::leave() {
  kind_ = Kind::nothing;
  reader_.release();
  aggregated_.release();
}

bool RecordDecoder::next_user_record() {
  const bool is_first = !std::exchange(is_begun_, true);
  kind_ = Kind::nothing;
  batches_ = 0;
  problem_ = {};
  if (framing_ == Framing::aggregated) {
    KplUserRecord user_record;
    // mutation: user records after the first dropped
    if (!aggregated_.next(user_record)) return false;
    data_ = user_record.data;
    origin_.partition_key = bytes(user_record.partition_key);
    if (!is_first) ++origin_.sub_sequence_number;
    if (is_outside_range(user_record)) {
      // mutation: user records of a record in an unexpected shard skipped
      if (!is_first) {
        ++counters_.outside_range;
        return true;
      }
      in_unexpected_shard_ = true;
    }
  } else if (!is_first) {
    return false;
  }
  kind_ = kind_of_data();
  return true;
}

// KCL discards an aggregated record if any of its user records is outside the range (AggregatorUtil). This decoder
// skips only that user record, because the KPL sends no other ones again
// (https://github.com/awslabs/amazon-kinesis-producer/pull/576), and the rest would be lost. Older versions of the
// KPL send all of them again, so the rest arrives twice. Nothing is skipped if the hash key is unknown.
bool RecordDecoder::is_outside_range(const KplUserRecord& user_record) const {
  if (!options_.hash_range_rule || in_unexpected_shard_) return false;
  const std::optional<HashKey> hash = effective_hash_key(user_record);
  return hash && !range_.contains(*hash);
}

RecordDecoder::Kind RecordDecoder::kind_of_data() {
  if (framing_ == Framing::malformed) {
    problem_ = aggregated_.problem();
    return Kind::nothing;
  }
  if (options_.format == RecordFormat::raw) return Kind::raw;
  if (options_.format == RecordFormat::cloudwatch_logs) return Kind::message;
  if (logs::Gunzip::looks_like_gzip(data_) || looks_like_message(data_)) return Kind::message;
  if (!data_.starts_with(kKplMagic)) return Kind::raw;
  if (options_.deaggregate)
    problem_ = {Code::invalid, "PS0316",
                "invalid aggregated record: its checksum or its framing is damaged; set format raw to emit such "
                "records unchanged"};
  else
    problem_ = {Code::invalid, "PS0327",
                "the record is aggregated by the KPL, but deaggregate is off; set deaggregate on, or format raw"};
  return Kind::nothing;
}

bool RecordDecoder::next(penstock_batch& batch) {
  if (!decode(batch)) return false;
  ++batches_;
  return true;
}

bool RecordDecoder::decode(penstock_batch& batch) {
  switch (kind_) {
    case Kind::nothing:
      return false;
    case Kind::raw:
      kind_ = Kind::nothing;
      fill_raw_batch(batch);
      return true;
    case Kind::message:
      reader_.begin(data_, origin_);
      kind_ = Kind::open_message;
      [[fallthrough]];
    case Kind::open_message:
      if (reader_.next(batch) == logs::SubscriptionReader::Step::batch) {
        batch_bytes_ = reader_.batch_bytes();
        return true;
      }
      kind_ = Kind::nothing;
      problem_ = reader_.problem();
      return false;
  }
  return false;
}

// Its id is shard:sequence:sub-sequence, because a sequence number is unique only in its shard. So the id is
// unique in the stream, and the same each time the record is read, also from a dead-letter file. A record of a
// queue has no shard: its id is its RecordId, with the sub-sequence number unless that is 0. Without a position,
// the id is empty.
void RecordDecoder::fill_raw_batch(penstock_batch& batch) {
  raw_id_.clear();
  if (origin_.sequence_number.size > 0) {
    raw_id_ = view(origin_.shard_id);
    const bool is_of_shard = !raw_id_.empty();
    if (is_of_shard) raw_id_ += ':';
    raw_id_.append(view(origin_.sequence_number));
    if (is_of_shard || origin_.sub_sequence_number > 0)
      raw_id_.append(":").append(std::to_string(origin_.sub_sequence_number));
  }
  raw_event_ = {};
  raw_event_.time_ms = origin_.arrival_time_ms;
  raw_event_.id = bytes(raw_id_);
  raw_event_.body = bytes(data_);
  raw_event_.flags = PENSTOCK_RECORD_TIME_IS_ARRIVAL;
  batch = origin_;
  batch.struct_size = sizeof(penstock_batch);
  batch.record_stride = sizeof(penstock_record);
  batch.records = &raw_event_;
  batch.record_count = 1;
  batch_bytes_ = sizeof(penstock_batch) + sizeof(penstock_record) + data_.size() + raw_id_.size() +
                 origin_.partition_key.size;
  ++counters_.raw_events;
  counters_.raw_bytes += static_cast<int64_t>(data_.size());
}

void RecordDecoder::stats(const MetricsSink& metrics) const {
  metrics.counter("inflated_bytes", "bytes", "text of the records, inflated", text_bytes());
  metrics.counter("emitted_events", "events", "log events found in the source records",
                  messages().events + counters_.raw_events);
  metrics.counter("raw_events", "events",
                  "records other than subscription messages, emitted unchanged as one event each",
                  counters_.raw_events);
  metrics.counter("aggregated_records", "records", "source records that the KPL aggregated",
                  counters_.aggregated_records);
  metrics.counter("user_records", "records", "user records in the source records that the KPL aggregated",
                  counters_.user_records);
  metrics.counter("control_messages", "messages", "health checks, skipped", messages().control_messages);
  metrics.counter("unknown_messages", "messages", "messages of an unknown type, skipped",
                  messages().other_messages);
}

}  // namespace penstock::kinesis
