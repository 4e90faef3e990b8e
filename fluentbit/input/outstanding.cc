#include "fluentbit/input/outstanding.h"

#include <algorithm>

#include "base/text.h"
#include "base/units.h"

namespace penstock::fluentbit {

namespace {

constexpr int64_t kWarningIntervalMs = 30'000;

std::string text(penstock_bytes bytes) { return {bytes.data, bytes.size}; }

}  // namespace

void Outstanding::add(const penstock_batch& batch, size_t bytes, int64_t now_ms) {
  remove(batch.ack_id);
  bytes += kBatchBytes + batch.stream.size + batch.shard_id.size + batch.sequence_number.size;
  batches_.emplace(batch.ack_id,
                   Batch{bytes, now_ms, text(batch.stream), text(batch.shard_id), text(batch.sequence_number)});
  bytes_ += bytes;
}

void Outstanding::remove(uint64_t ack_id) noexcept {
  const auto found = batches_.find(ack_id);
  if (found == batches_.end()) return;
  bytes_ -= found->second.bytes;
  batches_.erase(found);
}

std::optional<std::string> Outstanding::warning(int64_t now_ms) {
  if (empty() || !full() || now_ms < warn_at_ms_) return std::nullopt;
  warn_at_ms_ = now_ms + kWarningIntervalMs;
  const Batch& oldest = std::min_element(batches_.begin(), batches_.end(), [](const auto& a, const auto& b) {
                          return a.second.since_ms < b.second.since_ms;
                        })->second;
  return "reading waits: " + format_bytes(static_cast<int64_t>(bytes_)) +
         " of records are read and not known to be delivered, and max_unacknowledged is " +
         format_bytes(static_cast<int64_t>(limit_bytes_)) + "; the oldest waits for " +
         std::to_string((now_ms - oldest.since_ms) / 1000) + " s: stream " + printable(oldest.stream, 128) + ", " +
         printable(oldest.shard_id, 128) + ", sequence number " + printable(oldest.sequence_number, 128) +
         ". It is never known of records that a filter or a route has taken away, that multiline has joined, "
         "or that passed the filters kubernetes, aws, ecs or geoip2: with checkpoint_after delivery all must "
         "reach an output penstock_kinesis as they are";
}

}  // namespace penstock::fluentbit
