// Chunks of log events on their way from the thread that reads the stream to the thread that gives them to the
// agent, and back: a chunk counts as outstanding until the agent has taken it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace penstock::fluentbit {

struct Chunk {
  std::string tag;   // "": that of the section
  std::string data;  // log events in msgpack, one behind the other
  size_t events = 0;
  std::vector<uint64_t> completes = {};  // ack_ids of the batches of which the last record is in here
};

class ChunkQueue {
 public:
  // full() from that many bytes on.
  explicit ChunkQueue(size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  // [thread-safe] Whether it holds enough, or would with so many bytes more.
  bool full(size_t more_bytes = 0) const;

  // [source thread] Takes a chunk even when full; where memory is short it stays as it is.
  void push(Chunk&& chunk);

  // [source thread] Adds what was settled since the last time to out, oldest first.
  void take_settled(std::vector<Chunk>& out);

  // [agent thread] The oldest chunk, good until it is settled; nullptr: the queue is empty.
  const Chunk* front();

  // [agent thread] The agent has taken the front.
  void settle_front() noexcept;

  // [agent thread] Appends what all chunks hold to out. Returns how many they are, for settle_front() later.
  size_t copy(std::string& out) const;

 private:
  const size_t limit_bytes_;
  mutable std::mutex mutex_;
  std::deque<Chunk> chunks_;
  std::vector<Chunk> settled_;
  size_t bytes_ = 0;
};

}  // namespace penstock::fluentbit
