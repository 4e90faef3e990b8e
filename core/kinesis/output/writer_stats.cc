// Statistics of the writer.
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "core/kinesis/output/writer.h"

namespace penstock::kinesis {

void Writer::stats(const MetricsSink& metrics) const {
  const WriterCounters counters = this->counters();
  metrics.counter("received_records", "records", "records accepted by the output", counters.received_records);
  metrics.counter("delivered_records", "records", "records accepted by the service", counters.delivered_records);
  metrics.counter("delivered_bytes", "bytes", "size of the delivered records, including partition keys",
                  counters.delivered_bytes);
  metrics.counter("calls", "calls", "PutRecords calls", counters.calls);
  metrics.counter("failed_calls", "calls", "calls rejected as a whole, or without a response",
                  counters.failed_calls);
  metrics.counter("rejected_records", "records", "records rejected individually, in calls that succeeded",
                  counters.rejected_records);
  record_errors_.each([&](std::string_view code, int64_t count) {
    metrics.counter("record_errors", "records",
                    "records rejected individually, by the error code of the service; an aggregated record is one",
                    count, {{"code", bytes(code)}});
  });
  metrics.counter("misrouted_records", "records",
                  "records accepted by a shard whose consumers drop them, so sent again",
                  counters.misrouted_records);
  metrics.counter("retries", "records", "records sent again", counters.retries);
  metrics.counter("dead_letter_records", "records", "records written to the dead-letter file, or dropped",
                  counters.dead_letters);
  metrics.gauge("pending_dead_letter_records", "records",
                "records to be written to the dead-letter file; their batches wait for them",
                dead_letter_file_.pending());
  metrics.gauge("in_flight_bytes", "bytes", "held in memory, limited by mem_limit", counters.in_flight_bytes);
  metrics.gauge("memory_limit_bytes", "bytes", "the option mem_limit, the limit of in_flight_bytes",
                static_cast<int64_t>(options_.mem_limit_bytes));
  metrics.gauge("oldest_unacked_ms", "ms", "since the oldest batch that is not settled was accepted",
                batches_.empty() ? 0 : env_.clock.monotonic_ms() - batches_.begin()->second.written_ms);
  metrics.gauge("queued_records", "records", "records waiting for a call", counters.queued_records);
  call_sizes_.stats(metrics, "PutRecords");
  metrics.gauge("healthy", "",
                "0 while the dead-letter file cannot be written, while the service rejects permanently or accepts "
                "no record, or while the stream's strategy AUTO keeps the output from sending",
                counters.healthy);
}

}  // namespace penstock::kinesis
