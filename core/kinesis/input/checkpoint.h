// How far each shard of some streams has been dealt with, kept across restarts: "file:PATH" or, by name, "memory".
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
  StreamIdentity stream;  // created_ms 0: not told yet, the next one that is found under this name will do
  // Where a shard without a position begins; none: nothing was heard of the stream yet. It is kept before the
  // first record is read, so that also after a crash "latest" means what it meant at first.
  std::optional<ReadFrom> begin;
  std::map<std::string, ReadFrom> shards;  // shard id -> the last record that is dealt with, or where seek put it
};

struct Checkpoint {
  std::deque<StreamCheckpoint> streams;  // each stays where it is when others come

  // By its ARN, or by its name where one of the two has no ARN; nullptr where there is none.
  StreamCheckpoint* find(const StreamIdentity& stream);
};

// One file, one writer: PATH.lock is locked while the store lives.
class CheckpointStore {
 public:
  // where is "memory" or "file:PATH"; Code::config else, or where another process holds the lock.
  static Result<std::unique_ptr<CheckpointStore>> open(Env& env, std::string_view where);

  // load() without the lock, for who only looks.
  static Result<Checkpoint> look(Env& env, std::string_view where);

  // What was saved last; empty where nothing was. Code::config where the file is damaged or of another format: it
  // is never overwritten then.
  Result<Checkpoint> load();

  // Durable when ok. On an error (it names the path) the former content is whole.
  Status save(const Checkpoint& checkpoint);

  // For people: "checkpoint file PATH" or "checkpoint memory".
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
