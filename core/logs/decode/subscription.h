// Splits CloudWatch Logs subscription messages into their log events.
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
  int64_t messages = 0;          // data messages decoded
  int64_t events = 0;            // log events in them
  int64_t control_messages = 0;  // health checks, skipped
  int64_t other_messages = 0;    // of an unknown type, skipped
  int64_t inflated_bytes = 0;    // of JSON text
};

// What to do with an event's extractedFields, besides reading account, region, and log group of its source from
// them: nothing, or copy them unchanged into the record.
enum class ExtractedFields { drop, keep };

// A decoder of one source record at a time: call begin(), then next() until it returns end. It reuses its buffers,
// but frees large ones after end. Events are read in parts, so the memory that it holds in addition to the
// inflated text is bounded.
class SubscriptionReader {
 public:
  explicit SubscriptionReader(size_t inflate_limit_bytes, ExtractedFields fields = ExtractedFields::drop,
                              Inflater inflater = fastest_inflater());

  // Starts a record. data is gzip (one or more members) or plain JSON, with one or more messages back to back.
  // Line endings and zero bytes between and after members or messages are padding. data is needed only during the
  // call. origin provides what the message does not contain; what its fields point to must live until the
  // last next().
  void begin(std::string_view data, const penstock_batch& origin);

  enum class Step { batch, end };
  // Fills in the next batch: successive events of a message that have the same origin. A batch has at
  // most 8,192 events and kMaxBatchBytes, or a single larger event. What it points to is valid until the next call
  // of next() or begin(). After end, problem() says what could not be decoded.
  Step next(penstock_batch& batch);

  // Size of the last batch if each event were a record of its own, with its text and all names that it repeats.
  size_t batch_bytes() const { return batch_bytes_; }
  static constexpr size_t kMaxBatchBytes = size_t{1} << 20;

  // Returns the problem with the first part of the record that could not be decoded, or ok. Everything else is
  // emitted, with one exception: a document that is truncated or has a syntax error ends the record, and only its
  // complete parts before the error are emitted.
  const Status& problem() const { return problem_; }

  const SubscriptionCounters& counters() const { return counters_; }
  // Undoes what was counted since counters() returned these.
  void restore(const SubscriptionCounters& counters) { counters_ = counters; }
  // Returns the first unknown message type, printable, for a warning; empty if there was none yet.
  const std::string& unknown_type() const { return unknown_type_; }
  size_t buffer_bytes() const;  // bytes held
  // Frees large buffers. REQUIRES: the rest of the record is not needed.
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
  TextBuffer text_;              // the record's JSON, followed by NUL
  size_t at_ = 0;                // offset in text_ of what is still to be read
  bool is_repaired_ = false;     // text_ has no escapes of lone surrogates from at_ on
  uint64_t documents_ = 0;       // begun
  std::string beginning_;        // of the document being read
  SubscriptionMessage message_;  // the one being emitted
  TextBuffer late_members_;      // found after its first events
  size_t next_event_ = 0;
  size_t batch_bytes_ = 0;
  std::vector<penstock_record> records_;
};

}  // namespace penstock::logs
