#include "fluentbit/output/record_batch.h"

#include <algorithm>

#include "client/batch.h"
#include "fluentbit/msgpack/receipt_in_metadata.h"

namespace penstock::fluentbit {

namespace {

// The sender of an event chooses its seconds freely.
int64_t time_ms(const LogEvent& event) {
  constexpr int64_t kMax = INT64_MAX / 1000 - 1;
  return std::clamp(event.seconds, -kMax, kMax) * 1000 + event.nanoseconds / 1'000'000;
}

}  // namespace

size_t RecordBatch::fill(std::string_view chunk, size_t from) {
  text_.clear();
  records_.clear();
  receipts_.clear();
  events_ = unreadable_bytes_ = without_log_key_ = 0;

  LogEvents events(chunk.substr(from));
  LogEvent event;
  size_t passed_over = 0;
  while (events.next(event)) {
    const auto begin = static_cast<size_t>(event.whole.data() - chunk.data());
    if (events.passed_over() != passed_over) add_unreadable(chunk.substr(from, begin - from));
    passed_over = events.passed_over();
    from = begin + event.whole.size();
    add(event);
    if (text_.size() >= kBytes) return from;
  }
  if (events.passed_over() != passed_over || !events.problem().empty()) add_unreadable(chunk.substr(from));
  return chunk.size();
}

const penstock_batch& RecordBatch::batch(uint64_t ack_id) {
  const char* body = text_.data();
  for (penstock_record& record : records_) {
    if (record.body.data != nullptr) continue;
    record.body.data = body;
    body += record.body.size;
  }
  batch_ = client::batch_of(records_.data(), records_.size(), ack_id);
  return batch_;
}

void RecordBatch::add(const LogEvent& event) {
  ++events_;
  if (event.metadata.size() > 1) append_receipts(receipts_, event.metadata);
  const size_t start = text_.size();
  const RecordFormat::Made made = format_.append(text_, event);
  if (made == RecordFormat::Made::no_log_key) ++without_log_key_;
  if (text_.size() == start) return;
  const uint32_t flags = made == RecordFormat::Made::json ? PENSTOCK_RECORD_JSON : 0;
  records_.push_back({time_ms(event), {}, {}, {nullptr, text_.size() - start}, flags, 0, {}});
}

void RecordBatch::add_unreadable(std::string_view bytes) {
  unreadable_bytes_ += bytes.size();
  records_.push_back({0, {}, {}, {bytes.data(), bytes.size()}, PENSTOCK_RECORD_UNREADABLE, 0, {}});
}

}  // namespace penstock::fluentbit
