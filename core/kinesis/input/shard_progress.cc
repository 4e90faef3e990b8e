#include "core/kinesis/input/shard_progress.h"

#include <iterator>
#include <utility>

namespace penstock::kinesis {

ShardProgress::RecordNumber ShardProgress::open(ShardPosition position, int64_t now_ms) {
  if (position.is_end()) last_before_end_ = open_.empty() ? position_ : open_.back().position;
  if (next_ < abandoned_) open_.push_back({next_, std::move(position), now_ms, 1});
  return next_++;
}

void ShardProgress::ref(RecordNumber number) {
  if (number < abandoned_) ++find(number)->refs;
}

bool ShardProgress::unref(RecordNumber number) {
  if (number >= abandoned_) return false;
  const auto entry = find(number);
  if (--entry->refs > 0) return false;
  ++settled_;
  const RecordNumber before = passed_;
  for (; !open_.empty() && open_.front().refs == 0; open_.pop_front(), --settled_) {
    passed_ = open_.front().number + 1;
    // mutation: checkpoint before settle
    position_ = std::move(open_.front().position);
  }
  // Each merge leaves at most half of the entries settled, so at least a quarter of the entries must be settled
  // before the next one: amortized, a merge costs constant time per record.
  constexpr size_t kSpareEntries = 32;
  if (settled_ > open_.size() / 4 * 3 + kSpareEntries) merge_runs();
  return passed_ != before;
}

bool ShardProgress::abandon(RecordNumber number) {
  if (number >= abandoned_) return false;
  abandoned_ = number;
  open_.erase(find(number), open_.end());
  settled_ = static_cast<size_t>(
      std::count_if(open_.begin(), open_.end(), [](const Entry& entry) { return entry.refs == 0; }));
  return true;
}

std::deque<ShardProgress::Entry>::iterator ShardProgress::find(RecordNumber number) {
  return std::lower_bound(open_.begin(), open_.end(), number,
                          [](const Entry& entry, RecordNumber wanted) { return entry.number < wanted; });
}

// Merges runs. The last record of each stays, because it has the position at which the run ends.
void ShardProgress::merge_runs() {
  auto last = open_.begin();
  for (auto entry = std::next(last); entry != open_.end(); ++entry) {
    if (last->refs == 0 && entry->refs == 0)
      --settled_;
    else
      ++last;
    if (last != entry) *last = std::move(*entry);
  }
  open_.erase(std::next(last), open_.end());
}

}  // namespace penstock::kinesis
