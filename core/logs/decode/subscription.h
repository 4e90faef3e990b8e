// Takes CloudWatch Logs subscription messages apart into their log events.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "base/status.h"
#include "base/text_buffer.h"
#include "core/logs/decode/gunzip.h"
#include "core/logs/decode/subscription_message.h"

namespace penstock::logs {

struct SubscriptionCounters {
  int64_t messages = 0;          // data messages taken apart
  int64_t events = 0;            // log events in them
  int64_t control_messages = 0;  // health checks, skipped
  int64_t other_messages = 0;    // of a type that we do not know, skipped
  int64_t inflated_bytes = 0;    // of JSON text
};

// What becomes of an event's extractedFields, beyond the account and the region in them: nothing, or they go into
// the record as they came.
enum class ExtractedFields { drop, keep };

// One source record at a time: begin() it, then next() until it says end. Reuses its buffers, but gives large
// ones back after end. Beyond the inflated text, what it holds is bounded: events are read in parts.
class SubscriptionReader {
 public:
  explicit SubscriptionReader(size_t inflate_limit_bytes, ExtractedFields fields = ExtractedFields::drop,
                              Inflater inflater = fastest_inflater());

  // data: gzip (one or several members) or plain JSON, with one or several messages back to back. Line endings and
  // zero bytes between members or messages, and after them, are padding. data may go after the call. origin gives
  // all that the message does not say; what its fields point to must live until the last next().
  void begin(std::string_view data, const penstock_batch& origin);

  enum class Step { batch, end };
  // Fills in the next batch: a message's events, or those of them with one owner and region, 8,192 at most, and of
  // no more than kMaxBatchBytes, or a single one. What it points to lives until the next call of next() or
  // begin(). After end, problem() tells what could not be understood.
  Step next(penstock_batch& batch);

  // What the last batch comes to as records of their own: each with its text and all names that it repeats.
  size_t batch_bytes() const { return batch_bytes_; }
  static constexpr size_t kMaxBatchBytes = size_t{1} << 20;

  // The first thing of the record that was not understood; all else of it was given out. ok if there was none.
  // Where a document ends too early or has a syntax error, nothing of it or behind it is given out, but for whole
  // parts of its events that were given out before.
  const Status& problem() const { return problem_; }

  const SubscriptionCounters& counters() const { return counters_; }
  // What was counted since they were these is counted no more.
  void restore(const SubscriptionCounters& counters) { counters_ = counters; }
  // The first message type that we do not know, printable, for a warning; empty: there was none yet.
  const std::string& unknown_type() const { return unknown_type_; }
  size_t buffer_bytes() const;  // memory held
  // Nothing more of the record is wanted: gives large buffers back.
  void release();

 private:
  bool read_message();
  bool read_part();
  Status read_document();
  Status read_late_members();
  Status read_on();
  Status parse();
  void check_message();
  void check_events();
  void give_up_document(const char* what, const Status& why);
  void fill_batch(penstock_batch& batch);
  void note_document(const char* what, const std::string& why);

  size_t inflate_limit_bytes_;
  ExtractedFields fields_;
  Gunzip gunzip_;
  SubscriptionCounters counters_;
  Status problem_;
  std::string unknown_type_;
  penstock_batch origin_ = {};
  TextBuffer text_;              // the record's JSON, and NUL behind it
  size_t at_ = 0;                // in text_: what was read
  bool is_repaired_ = false;     // text_, from at_ on: it has no escapes of half a surrogate pair
  uint64_t documents_ = 0;       // begun
  std::string beginning_;        // of the document being read
  SubscriptionMessage message_;  // the one being given out
  TextBuffer late_members_;      // that were found behind its first events
  size_t next_event_ = 0;
  size_t batch_bytes_ = 0;
  std::vector<penstock_record> records_;
};

}  // namespace penstock::logs
