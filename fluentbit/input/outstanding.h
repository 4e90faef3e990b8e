// Batches that were read and of which nobody has said yet that they are delivered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "abi/penstock.h"

namespace penstock::fluentbit {

class Outstanding {
 public:
  // full() from limit_bytes on.
  explicit Outstanding(size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  // bytes: what the batch takes up with the agent; what is kept of it here counts too, so that batches of tiny
  // records are bounded as well. One that is there already is counted anew.
  void add(const penstock_batch& batch, size_t bytes, int64_t now_ms);
  void remove(uint64_t ack_id) noexcept;

  size_t size() const { return batches_.size(); }
  bool empty() const { return batches_.empty(); }
  bool full() const { return bytes_ >= limit_bytes_; }

  // While it is full, every 30 seconds: what is told about it, with the oldest by stream, shard, sequence number
  // and age.
  std::optional<std::string> warning(int64_t now_ms);

 private:
  struct Batch {
    size_t bytes;
    int64_t since_ms;
    std::string stream;
    std::string shard_id;
    std::string sequence_number;
  };

  // With what a map takes for it here and in the ledger of receipts.
  static constexpr size_t kBatchBytes = sizeof(Batch) + 256;

  const size_t limit_bytes_;
  std::map<uint64_t, Batch> batches_;  // ack_ids grow
  size_t bytes_ = 0;
  int64_t warn_at_ms_ = INT64_MIN;
};

}  // namespace penstock::fluentbit
