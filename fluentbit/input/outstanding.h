// Batches that were read and are not yet known to be delivered.
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
  // full() is true from limit_bytes on.
  explicit Outstanding(size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  // Adds a batch; replaces one with the same ack_id. bytes: the size of the batch in the agent. The memory for the
  // batch here counts too, so that batches of tiny records are also bounded.
  void add(const penstock_batch& batch, size_t bytes, int64_t now_ms);
  void remove(uint64_t ack_id) noexcept;

  size_t size() const { return batches_.size(); }
  bool empty() const { return batches_.empty(); }
  bool full() const { return bytes_ >= limit_bytes_; }

  // Returns a log line, at most every 30 seconds while it is full: it has the stream, shard, sequence number and
  // age of the oldest batch.
  std::optional<std::string> warning(int64_t now_ms);

 private:
  struct Batch {
    size_t bytes;
    int64_t since_ms;
    std::string stream;
    std::string shard_id;
    std::string sequence_number;
  };

  // Includes the overhead of the map entries here and in the ledger of receipts.
  static constexpr size_t kBatchBytes = sizeof(Batch) + 256;

  const size_t limit_bytes_;
  std::map<uint64_t, Batch> batches_;  // ack_ids increase
  size_t bytes_ = 0;
  int64_t warn_at_ms_ = INT64_MIN;
};

}  // namespace penstock::fluentbit
