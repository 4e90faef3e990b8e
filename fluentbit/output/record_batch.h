// Records on their way to the output stage: made of the log events of a chunk, a batch at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "fluentbit/output/record_format.h"

namespace penstock::fluentbit {

class RecordBatch {
 public:
  // Beyond that much text a batch takes no more events.
  static constexpr size_t kBytes = size_t{256} << 10;

  explicit RecordBatch(RecordFormat format) : format_(std::move(format)) {}

  // Takes the events of chunk from byte `from` on, until it is full or the chunk at its end. What in it is no log
  // event goes as it is, with PENSTOCK_RECORD_UNREADABLE. Returns the byte behind what was taken.
  size_t fill(std::string_view chunk, size_t from);

  // What fill() has made; good until it is called again, and while its chunk is.
  const penstock_batch& batch(uint64_t ack_id);
  size_t size() const { return records_.size(); }

  // Of the last fill().
  size_t events() const { return events_; }
  size_t unreadable_bytes() const { return unreadable_bytes_; }
  size_t without_log_key() const { return without_log_key_; }  // events that were left out for that
  const std::string& receipts() const { return receipts_; }    // one behind the other, of all events

 private:
  void add(const LogEvent& event);
  void add_unreadable(std::string_view bytes);

  RecordFormat format_;
  std::string text_;
  std::vector<penstock_record> records_;  // body.data of those in text_ is null until batch() sets it
  penstock_batch batch_{};
  size_t events_ = 0;
  size_t unreadable_bytes_ = 0;
  size_t without_log_key_ = 0;
  std::string receipts_;
};

}  // namespace penstock::fluentbit
