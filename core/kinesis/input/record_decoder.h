// Takes source records apart: into the user records that the KPL aggregated, and each of these into log events.
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

namespace penstock::kinesis {

// What the records are.
enum class RecordFormat {
  // Gzip data, and JSON objects with "messageType":"DATA_MESSAGE" or "CONTROL_MESSAGE" in them, are subscription
  // messages, also where they are cut or damaged; all else is raw. CloudWatch Logs always sends gzip.
  automatic,
  cloudwatch_logs,  // all are subscription messages
  raw,              // each is one event, as it is
};

struct DecodeOptions {
  RecordFormat format = RecordFormat::automatic;
  // Aggregated records are taken apart; off: they are records like any other (not understood with automatic).
  bool deaggregate = true;
  // A user record whose hash key lies outside the shard's range is left out: the KPL, which learns from the
  // response that the record went to another shard than it foresaw, sends each such user record again.
  bool hash_range_rule = true;
  size_t inflate_limit_bytes = 16 << 20;  // of one user record
  logs::ExtractedFields extracted_fields = logs::ExtractedFields::drop;
};

struct DecodeCounters {
  int64_t aggregated_records = 0;  // source records that were taken apart into user records
  int64_t user_records = 0;        // in them
  int64_t outside_range = 0;       // of these, left out by the hash range rule
  int64_t raw_events = 0;          // records given out as they are
  int64_t raw_bytes = 0;
};

// How far a source record was given out.
struct DecodePosition {
  uint64_t sub_sequence_number = 0;  // the current user record's
  int64_t batches = 0;               // of it
};

// One source record at a time: begin() it, then
//
//   while (decoder.next_user_record()) {
//     while (decoder.next(batch)) ...
//     if (!decoder.problem().ok()) ...  // this user record, and no other
//   }
//
// A record that is not aggregated is its own only user record. So is an aggregated one with a key that exceeds its
// limit: it is a problem as a whole, whatever the format. Reuses its buffers, but gives large ones back.
class RecordDecoder {
 public:
  explicit RecordDecoder(const DecodeOptions& options);

  // data and what origin points to must live until the last call for this record. origin says all that is known of
  // the source record; range is the shard's. Where sub_sequence_number is not 0 data is a user record that was
  // taken out of one before: it keeps that number, and nothing is looked for in it.
  void begin(std::string_view data, const penstock_batch& origin, const HashKeyRange& range);

  // The same for a record that was begun before and left for another: goes to where it was. batch becomes the
  // last one that was given out. Nothing is counted twice.
  void resume(std::string_view data, const penstock_batch& origin, const HashKeyRange& range,
              DecodePosition through, penstock_batch& batch);
  DecodePosition position() const { return {origin_.sub_sequence_number, batches_}; }

  // Whether the record may have a user record after the current one.
  bool has_more_user_records() const;
  // Nothing more of the record is wanted for now: gives large buffers back.
  void leave();

  // Goes on to the next user record, whatever is left of the one before. False: there is none.
  bool next_user_record();

  // Of the current user record, which stays current after its last batch. One that is left out has no batches and
  // no problem.
  std::string_view data() const { return data_; }
  // The source record's with the user record's own partition key and sub_sequence_number.
  const penstock_batch& origin() const { return origin_; }

  // Fills in the next batch. False: no more. What it points to lives until the next call.
  bool next(penstock_batch& batch);
  // What the last batch comes to, with all that its records repeat.
  size_t batch_bytes() const { return batch_bytes_; }
  // After next() was false: the first thing that was not understood; all else of the user record was given out.
  const Status& problem() const { return problem_; }

  const DecodeCounters& counters() const { return counters_; }
  const logs::SubscriptionCounters& messages() const { return reader_.counters(); }
  int64_t text_bytes() const { return messages().inflated_bytes + counters_.raw_bytes; }
  // The first message type that is not known, printable; empty: there was none yet.
  const std::string& unknown_type() const { return reader_.unknown_type(); }
  size_t buffer_bytes() const { return reader_.buffer_bytes() + aggregated_.buffer_bytes(); }

 private:
  enum class Kind { nothing, message, open_message, raw };

  bool decode(penstock_batch& batch);
  bool is_outside_range(const KplUserRecord& user_record);
  Kind kind_of_data();
  void fill_raw_batch(penstock_batch& batch);

  const DecodeOptions options_;
  logs::SubscriptionReader reader_;
  KplRecord aggregated_;
  DecodeCounters counters_;

  HashKeyRange range_;
  enum class Framing { plain, aggregated, malformed };
  Framing framing_ = Framing::plain;
  bool is_begun_ = false;  // next_user_record() was called
  std::string_view data_;
  penstock_batch origin_ = {};
  Kind kind_ = Kind::nothing;  // what is still to be given out of the user record
  int64_t batches_ = 0;        // that were
  size_t batch_bytes_ = 0;     // of the last
  Status problem_;
  penstock_record raw_event_ = {};
  std::string raw_id_;
};

}  // namespace penstock::kinesis
