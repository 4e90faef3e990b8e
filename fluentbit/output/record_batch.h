// Batches of records for the output stage, made from the log events of a chunk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "base/text_buffer.h"
#include "fluentbit/output/record_format.h"

namespace penstock::fluentbit {

class RecordBatch {
 public:
  // A batch accepts no more events beyond this many bytes of text.
  static constexpr size_t kBytes = size_t{256} << 10;

  explicit RecordBatch(RecordFormat format) : format_(std::move(format)) {}

  // Takes the events of chunk from byte `from` on, until the batch is full or the chunk ends. Bytes that are not
  // log events become a record with PENSTOCK_RECORD_UNREADABLE. Returns the end of what was taken.
  size_t fill(std::string_view chunk, size_t from);

  // Returns the result of fill(); valid until the next fill(), and while its chunk is.
  const penstock_batch& batch(uint64_t ack_id);
  size_t size() const { return records_.size(); }

  // Results of the last fill().
  size_t events() const { return events_; }
  size_t unreadable_bytes() const { return unreadable_bytes_; }
  size_t without_log_key() const { return without_log_key_; }  // events left out because log_key is missing
  const std::string& receipts() const { return receipts_; }    // of all events, concatenated

 private:
  void add(const LogEvent& event);
  void add_unreadable(std::string_view bytes);

  RecordFormat format_;
  TextBuffer text_;
  std::vector<penstock_record> records_;  // batch() sets body.data of records in text_; it is null before
  penstock_batch batch_{};
  size_t events_ = 0;
  size_t unreadable_bytes_ = 0;
  size_t without_log_key_ = 0;
  std::string receipts_;
};

}  // namespace penstock::fluentbit
