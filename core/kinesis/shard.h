// A shard while it is granted to us.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/json.h"
#include "core/kinesis/assignment.h"
#include "core/kinesis/progress.h"
#include "core/kinesis/shard_reader.h"
#include "core/kinesis/source_stream.h"
#include "core/kinesis/unpacker.h"

namespace penstock {

// A source record that was emitted in part, and how far.
struct PutAside {
  UnpackedThrough through;
  Progress::RecordNumber user_record;
  int64_t refusals;
  bool batch_waits;  // the last batch was not emitted
};

struct Shard {
  Shard(Grant granted, SourceStream& of) : grant(std::move(granted)), stream(of) {}

  // For people.
  std::string name() const { return "stream " + stream.name().name + ", shard " + printable(grant.shard.id); }

  const Grant grant;
  SourceStream& stream;
  std::unique_ptr<ShardReader> reader;  // none: read to its end, and waits for what was read to be settled
  std::optional<PutAside> aside;        // the reader's record
  Progress progress;
  int64_t last_arrival_ms = 0;  // of the last record emitted; Unix time, 0: there was none

  int64_t due_ms = kNever;  // as its ReadSchedule has it
  bool moved = false;       // progress has, and the assignment is not told yet
  bool stuck = false;       // and said so
};

}  // namespace penstock
