#include "core/kinesis/progress.h"

#include <utility>

namespace penstock {

Progress::RecordNumber Progress::open(ShardPosition position, int64_t now_ms) {
  if (next_ < abandoned_) open_.push_back({std::move(position), now_ms, 1});
  return next_++;
}

void Progress::hold(RecordNumber number) {
  if (number < abandoned_) ++open_[number - first_].holds;
}

bool Progress::release(RecordNumber number) {
  if (number >= abandoned_) return false;
  --open_[number - first_].holds;
  const RecordNumber before = first_;
  while (!open_.empty() && open_.front().holds == 0) {
    position_ = std::move(open_.front().position);
    open_.pop_front();
    ++first_;
  }
  return first_ != before;
}

bool Progress::abandon(RecordNumber number) {
  if (number >= abandoned_) return false;
  abandoned_ = number;
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(number - first_), open_.end());
  return true;
}

}  // namespace penstock
