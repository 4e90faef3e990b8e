#include "core/kinesis/undeliverable.h"

#include <utility>

#include "core/base/backoff.h"

namespace penstock {

namespace {
constexpr size_t kMaxPendingBytes = size_t{4} << 20;  // of lines that are not written yet
constexpr Backoff kBackoff = {.base_ms = 100, .cap_ms = 10'000};
}  // namespace

std::vector<WriterRecord*> Undeliverable::advance() {
  const int64_t now_ms = env_.clock.monotonic_ms();
  if (now_ms < next_deadline_ms()) return {};
  unflushed_.reserve(unflushed_.size() + added_.size());
  // The rest follows once these are written: lines may be much larger than their records.
  for (; !added_.empty() && failures_.pending_bytes() < kMaxPendingBytes; added_.pop_front()) {
    const WriterRecord& record = *added_.front().record;
    failures_.add("output", added_.front().reason, record.batch->origin, record.partition_key, record.data);
    unflushed_.push_back(added_.front().record);
  }

  if (const Status status = failures_.flush(); !status.ok()) {
    due_ms_ = now_ms + kBackoff.delay_ms(++failures_in_a_row_, env_.random);
    reporter_.report(status.in("keeping records that can never be delivered (until then they count as unread)"));
    return {};
  }
  failures_in_a_row_ = 0;
  due_ms_ = 0;
  return std::exchange(unflushed_, {});
}

void Undeliverable::clear() {
  added_.clear();
  unflushed_.clear();
}

}  // namespace penstock
