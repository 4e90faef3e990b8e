// Passes the queue's chunks to the agent, on one of the agent's threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "fluentbit/input/chunk_queue.h"

namespace penstock::fluentbit {

class Drain {
 public:
  // Returns true if the agent accepted the chunk.
  using Append = std::function<bool(const Chunk& chunk)>;
  using Clock = std::function<int64_t()>;  // monotonic milliseconds

  enum class End { kEmpty, kTimeIsUp, kRefused };

  // queue must outlive the drain.
  Drain(ChunkQueue& queue, Append append, Clock clock)
      : queue_(queue), append_(std::move(append)), clock_(std::move(clock)) {}

  // Passes on chunk after chunk until the queue is empty, budget_ms have passed, or the agent rejects one, which
  // stays in the queue. settled: the number of accepted chunks.
  End run(int64_t budget_ms, size_t& settled);

  // Returns a log line, at most every 30 seconds, while the agent has rejected everything for a long time.
  std::optional<std::string> warning();

 private:
  ChunkQueue& queue_;
  Append append_;
  Clock clock_;
  std::optional<int64_t> refused_since_ms_;
  int64_t warn_at_ms_ = 0;
};

}  // namespace penstock::fluentbit
