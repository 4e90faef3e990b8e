// Decodes source records: into the user records that the KPL aggregated, and each of these into log events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "abi/penstock.h"
#include "base/status.h"
#include "core/kinesis/hash_key.h"
#include "core/kinesis/kpl_record.h"
#include "core/logs/decode/subscription.h"
#include "core/metrics_sink.h"

namespace penstock::kinesis {

// Format of the records.
enum class RecordFormat {
  // Gzip data, and JSON objects that contain "messageType":"DATA_MESSAGE" or "CONTROL_MESSAGE", are subscription
  // messages, even if truncated or damaged; everything else is raw. CloudWatch Logs always sends gzip.
  automatic,
  cloudwatch_logs,  // every record is a subscription message
  raw,              // every record is one event, unchanged
};

struct DecodeOptions {
  RecordFormat format = RecordFormat::automatic;
  // Splits aggregated records into user records. If off, they are decoded like any other record, which fails with
  // format automatic.
  bool deaggregate = true;
  // Skips a user record whose hash key is outside the shard's range. The KPL predicts the shard of each record;
  // when a response shows that a record went to another shard, it sends each such user record again. Does not
  // apply to a record that the service did not place by its keys.
  bool hash_range_rule = true;
  size_t inflate_limit_bytes = 16 << 20;  // per user record
  logs::ExtractedFields extracted_fields = logs::ExtractedFields::drop;
};

struct DecodeCounters {
  int64_t aggregated_records = 0;  // source records that were split into user records
  int64_t user_records = 0;        // user records in them
  int64_t outside_range = 0;       // user records skipped by the hash range rule
  int64_t raw_events = 0;          // records that became events unchanged
  int64_t raw_bytes = 0;
};

// Position up to which a source record was decoded.
struct DecodePosition {
  uint64_t sub_sequence_number = 0;  // of the current user record
  int64_t batches = 0;               // decoded of that user record
};

// Decoder of one source record at a time. Call begin(), then
//
//   while (decoder.next_user_record()) {
//     while (decoder.next(batch)) ...
//     if (!decoder.problem().ok()) ...  // of this user record only
//   }
//
// A record that is not aggregated is its own single user record. So is an aggregated record with a key over its
// limit: it is a problem as a whole, whatever the format. Buffers are reused, but large ones are freed.
class RecordDecoder {
 public:
  explicit RecordDecoder(const DecodeOptions& options);

  // Begins a source record. origin has all that is known of it; range has the hash keys that belong in its shard.
  // If origin.sub_sequence_number is not 0, data is a user record that was extracted before: it keeps that number
  // and is not split again. REQUIRES: data and what origin points to stay valid until the last call for this
  // record.
  void begin(std::string_view data, const penstock_batch& origin, const HashKeyRange& range);

  // Continues a record that was left for another: decodes it again up to the position `through`. batch becomes the
  // last batch that was decoded. Nothing is counted twice.
  void resume(std::string_view data, const penstock_batch& origin, const HashKeyRange& range,
              DecodePosition through, penstock_batch& batch);
  DecodePosition position() const { return {origin_.sub_sequence_number, batches_}; }

  // Returns whether the first user record has a hash key outside the range. Producers send an aggregated record
  // under the hash key of its first user record, so the service did not place this record by its keys. No user
  // record of it is skipped.
  bool in_unexpected_shard() const { return in_unexpected_shard_; }

  // Returns whether the record may have a user record after the current one.
  bool has_more_user_records() const;
  // Leaves the record, for now or permanently, and frees large buffers.
  void leave();

  // Goes to the next user record, and skips what is left of the current one. Returns false after the last one.
  bool next_user_record();

  // Data of the current user record, which stays current after its last batch. A skipped user record has no
  // batches and no problem.
  std::string_view data() const { return data_; }
  // Origin of the source record, with the user record's own partition key and sub_sequence_number.
  const penstock_batch& origin() const { return origin_; }

  // Decodes the next batch; returns false after the last one. What batch points to is valid until the next call.
  bool next(penstock_batch& batch);
  // Returns the size of the last batch, including the text that each of its records repeats.
  size_t batch_bytes() const { return batch_bytes_; }
  // Returns, after next() has returned false, the first thing that could not be decoded. Everything else of the
  // user record was returned.
  const Status& problem() const { return problem_; }

  const DecodeCounters& counters() const { return counters_; }
  const logs::SubscriptionCounters& messages() const { return reader_.counters(); }
  // Reports what was decoded, except for what depends on hash_range_rule.
  void stats(const MetricsSink& metrics) const;
  int64_t text_bytes() const { return messages().inflated_bytes + counters_.raw_bytes; }
  // Returns the first unknown message type, safe to print; empty: none yet.
  const std::string& unknown_type() const { return reader_.unknown_type(); }
  size_t buffer_bytes() const { return reader_.buffer_bytes() + aggregated_.buffer_bytes(); }

 private:
  enum class Kind { nothing, message, open_message, raw };

  bool decode(penstock_batch& batch);
  bool is_outside_range(const KplUserRecord& user_record) const;
  Kind kind_of_data();
  void fill_raw_batch(penstock_batch& batch);

  const DecodeOptions options_;
  logs::SubscriptionReader reader_;
  KplRecord aggregated_;
  DecodeCounters counters_;

  HashKeyRange range_;
  enum class Framing { plain, aggregated, malformed };
  Framing framing_ = Framing::plain;
  bool is_begun_ = false;  // next_user_record() was called for this record
  bool in_unexpected_shard_ = false;
  std::string_view data_;
  penstock_batch origin_ = {};
  Kind kind_ = Kind::nothing;  // what is left to decode of the user record
  int64_t batches_ = 0;        // decoded so far
  size_t batch_bytes_ = 0;     // of the last batch
  Status problem_;
  penstock_record raw_event_ = {};
  std::string raw_id_;
};

}  // namespace penstock::kinesis
