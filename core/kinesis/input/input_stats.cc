// Statistics of the input.
#include <algorithm>
#include <string>

#include "core/kinesis/input/input.h"

namespace penstock::kinesis {

void Input::stats(const MetricsSink& metrics) const {
  metrics.counter("received_records", "records", "source records received", totals_.records);
  metrics.counter("received_bytes", "bytes", "data of the source records received", totals_.bytes);
  decoder_.stats(metrics);
  metrics.counter("out_of_range_records", "records", "user records that hash_range_rule skipped",
                  decoder_.counters().outside_range);
  metrics.counter("emitted_batches", "batches", "batches emitted", batches_out_);
  metrics.counter("calls", "calls", "calls of GetRecords, GetShardIterator, ListShards and DescribeStreamSummary",
                  totals_.calls);
  metrics.counter("retries", "calls", "calls made because the previous one failed", totals_.retries);
  volumes_.stats(metrics);
  totals_.responses.stats(metrics, "GetRecords");
  metrics.counter("gaps", "shards", "shards resumed after retention had passed the checkpoint: records are lost",
                  gaps_);
  acks_.stats(metrics);
  assignment_.stats(metrics);
  shard_metrics(metrics);
  metrics.gauge("memory_bytes", "bytes", "held or reserved, under mem_limit", static_cast<int64_t>(held_bytes()));
  metrics.gauge("memory_limit_bytes", "bytes", "the option mem_limit, the limit of memory_bytes",
                static_cast<int64_t>(options_.mem_limit_bytes));
  metrics.gauge("healthy", "", "0 while positions or the dead-letter file cannot be written",
                acks_.healthy() && assignment_.healthy() ? 1 : 0);
}

// Reports the gauges of each shard, and those of all shards together.
void Input::shard_metrics(const MetricsSink& metrics) const {
  const int64_t now_ms = env_.clock.monotonic_ms();
  const int64_t wall_ms = env_.clock.wall_ms();
  int64_t lag_ms = -1, unacked_ms = 0, reading = 0, unreadable = 0, failing_ms = 0;
  for (const StreamWatcher& stream : streams_) {
    if (stream.readable()) continue;
    ++unreadable;
    lag_ms = std::max({lag_ms, int64_t{1}, now_ms - stream.unreadable_since_ms()});
  }
  for (const auto& [id, shard] : shards_) {
    const std::string shard_id = printable(shard->grant.shard.id);
    const penstock_label stream = {"stream", bytes(shard->stream.name().name)};
    const penstock_label shard_label = {"shard", bytes(shard_id)};
    metrics.gauge("shard_last_arrival_ms", "ms",
                  "arrival time of the last record emitted of the shard; Unix time, 0: none yet",
                  shard->last_arrival_ms, {stream, shard_label});
    const ShardProgress& progress = shard->progress;
    const int64_t shard_unacked_ms = progress.open_records() == 0 ? 0 : now_ms - progress.first_opened_ms();
    unacked_ms = std::max(unacked_ms, shard_unacked_ms);
    metrics.gauge("shard_oldest_unacked_ms", "ms",
                  "since the shard's oldest record that is not acknowledged was read", shard_unacked_ms,
                  {stream, shard_label});
    if (!shard->reader) continue;
    ++reading;
    failing_ms = std::max(failing_ms, shard->reader->failing_ms());
    const int64_t shard_lag_ms = shard->reader->lag_ms();
    if (shard->last_arrival_ms > 0) {
      const bool is_behind = shard_lag_ms > 0 || shard->reader->record() != nullptr;
      metrics.gauge(
          "shard_clock_lag_ms", "ms",
          "age, by the clock of the machine, of the last record emitted of the shard; 0 if none follows it",
          is_behind ? std::max<int64_t>(0, wall_ms - shard->last_arrival_ms) : 0, {stream, shard_label});
    }
    lag_ms = std::max(lag_ms, shard_lag_ms);
    metrics.gauge("shard_lag_ms", "ms",
                  "how far the shard may lag its newest record; grows while no response comes", shard_lag_ms,
                  {stream, shard_label});
  }
  metrics.gauge(
      "lag_ms", "ms",
      "how far the slowest shard may lag its newest record; grows while no response comes, from the start on; "
      "negative: no shard to read",
      lag_ms);
  metrics.gauge("oldest_unacked_ms", "ms", "since the oldest record that is not acknowledged was read",
                unacked_ms);
  metrics.gauge("shards", "shards", "shards being read", reading);
  metrics.gauge("unreadable_streams", "streams", "streams not found, not active, or not reached yet", unreadable);
  metrics.gauge("failing_ms", "ms",
                "since the last response of the shard whose calls have failed for longest; 0: none fails",
                failing_ms);
}

}  // namespace penstock::kinesis
