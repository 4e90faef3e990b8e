// What an input tells of itself.
#include <algorithm>
#include <string>

#include "core/kinesis/input.h"

namespace penstock {

void Input::stats(penstock_stat_fn stat, void* stat_ctx) const {
  const StatTeller tell(stat, stat_ctx);
  const SubscriptionCounters& logs = unpacker_.messages();
  const UnpackCounters& unpacked = unpacker_.counters();
  tell.counter("records_in", "records", "source records received", totals_.records);
  tell.counter("bytes_in", "bytes", "their data, as it came", totals_.bytes);
  tell.counter("text_bytes", "bytes", "their text, inflated", unpacker_.text_bytes());
  tell.counter("events_out", "events", "log events found in them", logs.events + unpacked.raw_events);
  tell.counter("raw_events", "events", "of these, records that are no subscription messages, as they are",
               unpacked.raw_events);
  tell.counter("aggregated_records", "records", "source records that the KPL aggregated",
               unpacked.aggregated_records);
  tell.counter("user_records", "records", "in them", unpacked.user_records);
  tell.counter("outside_range", "records", "of these, left out by hash_range_rule", unpacked.outside_range);
  tell.counter("batches_out", "batches", "batches emitted", batches_out_);
  tell.counter("control_messages", "messages", "health checks, skipped", logs.control_messages);
  tell.counter("other_messages", "messages", "messages of an unknown type, skipped", logs.other_messages);
  tell.counter("calls", "calls", "GetShardIterator and GetRecords", totals_.calls);
  tell.counter("retries", "calls", "of these, failed and made again", totals_.retries);
  tell.counter("gaps", "shards", "resumed where retention had passed the checkpoint: records are lost", gaps_);
  settlement_.stats(tell);
  assignment_.stats(tell);
  tell_shards(tell);
  tell.gauge("memory", "bytes", "held or reserved, under mem_limit", static_cast<int64_t>(held_bytes()));
  tell.gauge("healthy", "", "0 while positions or the failure file cannot be written",
             settlement_.healthy() && assignment_.healthy() ? 1 : 0);
}

// All of them together, and each.
void Input::tell_shards(const StatTeller& tell) const {
  int64_t behind_ms = 0, reading = 0;
  bool all_known = !shards_.empty() && std::all_of(streams_.begin(), streams_.end(),
                                                   [](const SourceStream& stream) { return stream.readable(); });
  for (const auto& [id, shard] : shards_) {
    const std::string label = shard->stream.name().name + "/" + printable(shard->grant.shard.id);
    tell.gauge("shard_last_arrival_ms", "ms",
               "when the last record that was emitted of the shard had arrived; Unix time, 0: there was none",
               shard->last_arrival_ms, label);
    if (!shard->reader) continue;
    ++reading;
    const int64_t shard_behind_ms = shard->reader->behind_latest_ms();
    behind_ms = std::max(behind_ms, shard_behind_ms);
    all_known = all_known && shard_behind_ms >= 0;
    tell.gauge("shard_lag_ms", "ms", "how far behind its newest record the shard is; -1 until it has answered",
               shard_behind_ms, label);
  }
  tell.gauge("lag_ms", "ms", "how far behind the newest record the slowest shard is; -1 until all have answered",
             all_known ? behind_ms : -1);
  tell.gauge("shards", "shards", "being read", reading);
}

}  // namespace penstock
