// The position of each shard of an input's streams. "file:PATH" saves it across restarts; "memory", which an
// option must select explicitly, does not.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/env.h"
#include "core/kinesis/input/shard_position.h"
#include "core/kinesis/path_lock.h"
#include "core/kinesis/read_api.h"

namespace penstock::kinesis {

struct StreamCheckpoint {
  StreamIdentity stream;  // created_ms 0: unknown; the next stream found under this name is accepted
  // Where a shard without a position begins; nullopt: the stream was never listed. It is saved before the first
  // record is read, so that even after a crash "latest" keeps its first meaning.
  std::optional<ReadFrom> begin;
  std::map<std::string, ReadFrom> shards;  // by shard id: the last settled record, or the target of a seek
};

struct Checkpoint {
  std::deque<StreamCheckpoint> streams;  // a deque, so that adding streams moves none

  // Finds a stream by its ARN, or by its name if either of the two has no ARN; nullptr if not found.
  StreamCheckpoint* find(const StreamIdentity& stream);
};

// Store of one checkpoint. One writer: PATH.lock is held for the lifetime of the store.
class CheckpointStore {
 public:
  // Opens the store. where is "memory" or "file:PATH". Returns Code::config for any other value, or if another
  // process holds the lock.
  static Result<std::unique_ptr<CheckpointStore>> open(Env& env, std::string_view where);

  // Loads the checkpoint without the lock, for read-only use.
  static Result<Checkpoint> look(Env& env, std::string_view where);

  // Loads the checkpoint saved last; empty if none was saved. Returns Code::config if the file is damaged or has
  // another format; then it is never overwritten.
  Result<Checkpoint> load();

  // Saves the checkpoint; durable if ok. On an error, which names the path, the previous content is intact.
  Status save(const Checkpoint& checkpoint);

  // Returns a name for messages: "checkpoint file PATH" or "checkpoint memory".
  std::string name() const;

 private:
  static Result<std::string> path_in(std::string_view where);  // "": memory
  CheckpointStore(Env& env, std::string path, std::optional<PathLock> lock)
      : env_(env), path_(std::move(path)), lock_(std::move(lock)) {}

  Env& env_;
  std::string path_;  // "": memory
  std::optional<PathLock> lock_;
};

}  // namespace penstock::kinesis
