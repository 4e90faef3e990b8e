#include "fluentbit/input/chunk_queue.h"

#include <iterator>
#include <utility>

namespace penstock::fluentbit {

bool ChunkQueue::full(size_t more_bytes) const {
  const std::lock_guard lock(mutex_);
  return bytes_ + more_bytes >= limit_bytes_;
}

void ChunkQueue::push(Chunk&& chunk) {
  const std::lock_guard lock(mutex_);
  const size_t size = chunk.data.size();
  const size_t most_settled = settled_.size() + chunks_.size() + 1;
  if (settled_.capacity() < most_settled) settled_.reserve(2 * most_settled);
  chunks_.push_back(std::move(chunk));
  bytes_ += size;
}

void ChunkQueue::take_settled(std::vector<Chunk>& out) {
  const std::lock_guard lock(mutex_);
  out.insert(out.end(), std::move_iterator(settled_.begin()), std::move_iterator(settled_.end()));
  settled_.clear();
}

const Chunk* ChunkQueue::front() {
  const std::lock_guard lock(mutex_);
  return chunks_.empty() ? nullptr : &chunks_.front();  // pushing does not move the chunks of a deque
}

void ChunkQueue::settle_front() noexcept {
  const std::lock_guard lock(mutex_);
  const size_t size = chunks_.front().data.size();
  settled_.push_back(std::move(chunks_.front()));  // push() has reserved the memory
  chunks_.pop_front();
  bytes_ -= size;
}

size_t ChunkQueue::copy(std::string& out) const {
  const std::lock_guard lock(mutex_);
  for (const Chunk& chunk : chunks_) out.append(chunk.data);
  return chunks_.size();
}

}  // namespace penstock::fluentbit
