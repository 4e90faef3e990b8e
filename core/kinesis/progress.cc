#include "core/kinesis/progress.h"

#include <utility>

namespace penstock {

Progress::RecordNumber Progress::open(std::string_view sequence_number) {
  if (next_ < abandoned_) open_.push_back({std::string(sequence_number), 1});
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
    position_ = std::move(open_.front().sequence_number);
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
