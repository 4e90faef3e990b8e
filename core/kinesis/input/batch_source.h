// What inputs have in common for the stage that runs them.
#pragma once

#include <cstdint>

#include "abi/penstock.h"
#include "base/status.h"
#include "core/metrics_sink.h"

namespace penstock::kinesis {

// A source of batches that are acknowledged [instance-thread]: Input reads the shards of streams, QueueInput
// receives the records of a queue.
class BatchSource {
 public:
  virtual ~BatchSource() = default;

  // As documented for penstock_input. They return no errors but those of emit. If one throws for lack of memory,
  // the next one continues: what was emitted is not emitted again, and nothing is skipped.
  virtual int32_t poll(int64_t deadline_ms, penstock_emit_fn emit, void* emit_ctx) = 0;
  virtual void pump(int64_t deadline_ms) = 0;
  // Settles a batch. Returns false for an id that is not outstanding.
  virtual bool ack(uint64_t ack_id, int32_t outcome) = 0;

  virtual int64_t next_deadline_ms() const = 0;
  virtual void stats(const MetricsSink& metrics) const = 0;

  // Finishes what is under way, and releases the rest. Returns what could not be finished.
  virtual Status close(int64_t deadline_ms) = 0;
};

}  // namespace penstock::kinesis
