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
  return "reading is paused, because the records that are read and not delivered have reached max_unacknowledged. "
         "With checkpoint_after delivery, all records must reach an output penstock_kinesis: those that a filter "
         "or "
         "route drops, that multiline joins, or that pass the filters kubernetes, aws, ecs or geoip2 never count "
         "as "
         "delivered. The oldest: stream " +
         printable(oldest.stream, 128) + ", " + printable(oldest.shard_id, 128) + ", sequence number " +
         printable(oldest.sequence_number, 128) + ", read " + std::to_string((now_ms - oldest.since_ms) / 1000) +
         " s ago; undelivered: " + format_bytes(static_cast<int64_t>(bytes_)) + " of " +
         format_bytes(static_cast<int64_t>(limit_bytes_));
}

}  // namespace penstock::fluentbit
