// A shard while it is granted to this instance.
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

// Position up to which a source record was emitted.
struct EmitState {
  std::optional<DecodePosition> through;  // the last user record that was begun, and its last batch
  std::optional<uint64_t> skip_through;   // sub-sequence number up to which it was settled before
  HashKeyRange range;                     // of the hash keys that belong here; all of them if that is not certain
  ShardProgress::RecordNumber user_record = 0;
  int64_t rejections = 0;       // times that emit rejected a batch of the user record
  bool in_user_record = false;  // false: go to the next one
  bool batch_waits = false;     // the batch must be emitted, for the first time or again
};

struct Shard {
  Shard(Grant granted, StreamWatcher& watcher) : grant(std::move(granted)), stream(watcher) {}

  // Returns a name for messages.
  std::string name() const { return "stream " + stream.name().name + ", shard " + printable(grant.shard.id); }

  const Grant grant;
  StreamWatcher& stream;
  std::unique_ptr<ShardReader> reader;  // nullptr: read to its end; what was read is not settled yet
  std::optional<EmitState> suspended;   // state of the reader's record, if it was begun
  ShardProgress progress;
  int64_t last_arrival_ms = 0;  // of the last record emitted; Unix time, 0: none

  int64_t emit_after_ms = 0;  // earliest time of the next emit
  int64_t due_ms = kNever;    // time of the next call, in the ReadScheduler
  bool moved = false;         // progress has moved, but advance_to() was not called yet
  bool stuck = false;         // the checkpoint is stuck, and a warning was logged
};

}  // namespace penstock::kinesis
