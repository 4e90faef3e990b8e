// A shard while it is granted to us.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/text.h"
#include "core/kinesis/input/assignment.h"
#include "core/kinesis/input/record_decoder.h"
#include "core/kinesis/input/shard_progress.h"
#include "core/kinesis/input/shard_reader.h"
#include "core/kinesis/input/stream_watcher.h"

namespace penstock::kinesis {

// How far a source record is emitted.
struct EmitState {
  std::optional<DecodePosition> through;  // the last user record that was begun, and of it the last batch
  std::optional<uint64_t> skip_through;   // the sub-sequence number up to which it was dealt with before
  ShardProgress::RecordNumber user_record = 0;
  int64_t refusals = 0;         // of the user record's batches, by emit
  bool in_user_record = false;  // else: go on to the next one
  bool batch_waits = false;     // the batch is to be emitted, for the first time or again
};

struct Shard {
  Shard(Grant granted, StreamWatcher& of) : grant(std::move(granted)), stream(of) {}

  // For people.
  std::string name() const { return "stream " + stream.name().name + ", shard " + printable(grant.shard.id); }

  const Grant grant;
  StreamWatcher& stream;
  std::unique_ptr<ShardReader> reader;  // none: read to its end, and waits for what was read to be settled
  std::optional<EmitState> suspended;   // of the reader's record, if that was begun
  ShardProgress progress;
  int64_t last_arrival_ms = 0;  // of the last record emitted; Unix time, 0: there was none

  int64_t emit_after_ms = 0;  // nothing of it is emitted before
  int64_t due_ms = kNever;    // as its ReadScheduler has it
  bool moved = false;         // progress has, and the assignment is not told yet
  bool stuck = false;         // and said so
};

}  // namespace penstock::kinesis
