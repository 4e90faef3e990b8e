// How far each shard of a stream has been dealt with, kept across restarts: "file:PATH" or, by name, "memory".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/env.h"
#include "core/kinesis/shard_position.h"

namespace penstock {

struct Checkpoint {
  // When the application first started, by the service's clock (Unix time); 0: it has not. `latest` means from
  // then on, also after a crash before the first record was settled, and for shards that are found later.
  int64_t started_ms = 0;
  std::map<std::string, std::string> shards;  // shard id -> last sequence number with everything before it settled
};

// One file, one writer: PATH.lock is locked while the store lives.
class CheckpointStore {
 public:
  // where is "memory" or "file:PATH"; Code::config else, or where another process holds the lock.
  static Result<std::unique_ptr<CheckpointStore>> open(Env& env, std::string_view where, std::string stream);

  // What was saved last; empty where nothing was. Code::config where the file is of another stream or is damaged:
  // it is never overwritten then.
  Result<Checkpoint> load();

  // Durable when ok. On an error (it names the path) the former content is whole.
  Status save(const Checkpoint& checkpoint);

 private:
  CheckpointStore(Env& env, std::string stream, std::string path, std::unique_ptr<FileLock> lock)
      : env_(env), stream_(std::move(stream)), path_(std::move(path)), lock_(std::move(lock)) {}

  Env& env_;
  std::string stream_;
  std::string path_;  // "": memory
  std::unique_ptr<FileLock> lock_;
};

}  // namespace penstock
