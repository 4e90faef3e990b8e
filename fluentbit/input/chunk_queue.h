// The queue of chunks of log events from the thread that reads the stream to the thread that passes them to the
// agent, and back. A chunk is outstanding until the agent has accepted it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace penstock::fluentbit {

struct Chunk {
  std::string tag;   // "": the section's tag
  std::string data;  // log events in msgpack, concatenated
  size_t events = 0;
  std::vector<uint64_t> completes = {};  // ack_ids of the batches whose last record is in this chunk
};

class ChunkQueue {
 public:
  // full() is true from limit_bytes on.
  explicit ChunkQueue(size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  // [thread-safe] Returns whether the queue is full, or would be with more_bytes added.
  bool full(size_t more_bytes = 0) const;

  // [input thread] Adds a chunk, even if the queue is full. If it throws bad_alloc, the chunk is unchanged.
  void push(Chunk&& chunk);

  // [input thread] Appends the chunks settled since the last call to out, oldest first.
  void take_settled(std::vector<Chunk>& out);

  // [agent thread] Returns the oldest chunk, valid until it is settled; nullptr if the queue is empty.
  const Chunk* front();

  // [agent thread] Settles the front: the agent has accepted it.
  void settle_front() noexcept;

  // [agent thread] Appends the data of all chunks to out. Returns the number of chunks, each of which needs
  // settle_front() later.
  size_t copy(std::string& out) const;

 private:
  const size_t limit_bytes_;
  mutable std::mutex mutex_;
  std::deque<Chunk> chunks_;
  std::vector<Chunk> settled_;
  size_t bytes_ = 0;
};

}  // namespace penstock::fluentbit
