#include "core/kinesis/output/dead_letters.h"

#include "core/backoff.h"

namespace penstock::kinesis {

namespace {
constexpr size_t kMaxPendingBytes = size_t{4} << 20;  // of lines that are not written yet
constexpr Backoff kBackoff = {.base_ms = 100, .cap_ms = 10'000};
}  // namespace

std::vector<WriterRecord*> DeadLetters::advance() {
  dead_letter_file_.log_due();
  const int64_t now_ms = env_.clock.monotonic_ms();
  if (now_ms < next_flush_ms()) return {};
  unflushed_.reserve(unflushed_.size() + added_.size());
  // The rest follows once these are written: a line may be much larger than its record.
  for (; !added_.empty() && dead_letter_file_.pending_bytes() < kMaxPendingBytes; added_.pop_front()) {
    WriterRecord& record = *added_.front().record;
    const int64_t number = dead_letter_file_.add("output", added_.front().reason, record.batch->origin,
                                                 record.partition_key, record.data);
    unflushed_.push_back({&record, number});
  }

  const bool flushed = dead_letter_file_.flush().ok();
  failures_in_a_row_ = flushed ? 0 : failures_in_a_row_ + 1;
  due_ms_ = flushed ? 0 : now_ms + kBackoff.delay_ms(failures_in_a_row_, env_.random);
  // mutation: output dead letter settled before it is written
  const auto waiting = std::find_if(unflushed_.begin(), unflushed_.end(), [this](const Unflushed& one) {
    return one.number > dead_letter_file_.recorded();
  });
  std::vector<WriterRecord*> recorded;
  recorded.reserve(static_cast<size_t>(waiting - unflushed_.begin()));
  for (auto one = unflushed_.begin(); one != waiting; ++one) recorded.push_back(one->record);
  unflushed_.erase(unflushed_.begin(), waiting);
  return recorded;
}

void DeadLetters::clear() {
  added_.clear();
  unflushed_.clear();
}

}  // namespace penstock::kinesis
