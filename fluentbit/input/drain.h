// Gives the queue's chunks to the agent, on a thread of the agent's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "fluentbit/input/chunk_queue.h"

namespace penstock::fluentbit {

class Drain {
 public:
  // True: the agent has taken the chunk.
  using Append = std::function<bool(const Chunk& chunk)>;
  using Clock = std::function<int64_t()>;  // milliseconds, never going back

  enum class End { kEmpty, kTimeIsUp, kRefused };

  // queue must outlive the drain.
  Drain(ChunkQueue& queue, Append append, Clock clock)
      : queue_(queue), append_(std::move(append)), clock_(std::move(clock)) {}

  // Appends chunk after chunk until the queue is empty, budget_ms have passed or one is refused, which stays where
  // it is. settled: how many were taken.
  End run(int64_t budget_ms, size_t& settled);

  // While the agent has refused everything for long: a line about it, every 30 seconds.
  std::optional<std::string> warning();

 private:
  ChunkQueue& queue_;
  Append append_;
  Clock clock_;
  std::optional<int64_t> refused_since_ms_;
  int64_t warn_at_ms_ = 0;
};

}  // namespace penstock::fluentbit
