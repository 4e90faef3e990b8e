// Where dead letters go: "file:PATH", or "drop", which must be chosen by name.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "abi/penstock.h"
#include "core/env.h"
#include "core/kinesis/dead_letter_notices.h"
#include "core/kinesis/path_lock.h"
#include "core/kinesis/put_records.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

struct DeadLetterLimits {
  // Size at which the file is rotated. Before a write that would exceed it, PATH is renamed to PATH.TIME (as in
  // PATH.20190825T135915.269Z) and a new PATH is created. Lines are never split, so a single write can still make
  // a file larger.
  uint64_t file_bytes = 64 << 20;
  // Limit for PATH and all renamed files together; 0: no limit. Lines that do not fit are not written, so their
  // records stay unsettled until files are moved away. No file is ever deleted.
  uint64_t total_bytes = 0;
};

// JSON Lines file of dead letters: stage, reason, position, origin, partition key, and the data in base64. add()
// only queues a line; a dead letter counts as recorded once flush() has written it. Dead letters are logged with
// their reasons, also while they wait for a file that cannot be written, or when "drop" discards them.
//
// One writer: PATH.lock is held for the lifetime of this object. If the file was moved away, the next flush()
// closes it and creates a new one.
class DeadLetterFile {
 public:
  // Minimum of total_bytes if there is a limit: room for one line, which has a record of 10 MiB in base64, and
  // text.
  static constexpr uint64_t kMinTotalBytes = 14 << 20;
  static_assert(kMinTotalBytes >= kMaxRaisedRecordBytes / 3 * 4 + 4 + (128 << 10));

  // Opens and locks the file. on_failure is "file:PATH" or "drop". Returns Code::config for any other value, or if
  // another process has the lock.
  static Result<std::unique_ptr<DeadLetterFile>> open(Env& env, std::string_view on_failure,
                                                      DeadLetterLimits limits = {});

  // Queues a dead letter. stage is "input" or "output"; origin has the log group, stream, shard, sequence number
  // and so on. Text longer than 2 KiB is truncated; data never is. Returns the dead letter's number: it is
  // recorded once recorded() reaches that number.
  int64_t add(std::string_view stage, std::string_view reason, const penstock_batch& origin,
              std::string_view partition_key, std::string_view data);

  // Writes and fsyncs the queued lines. On an error, which names the path, the lines that were written in full
  // count as recorded, and a later flush() retries the rest. Logs the error and the recovery.
  Status flush();
  // Logs the dead letters that were not logged yet, once next_log_ms() has come.
  void log_due() { notices_.log(outcome()); }
  int64_t next_log_ms() const { return notices_.next_log_ms(); }

  size_t pending_bytes() const { return pending_.size(); }
  int64_t pending() const { return pending_count_; }  // queued, not recorded yet
  int64_t recorded() const { return recorded_; }      // including dropped ones

  DeadLetterFile(const DeadLetterFile&) = delete;
  DeadLetterFile& operator=(const DeadLetterFile&) = delete;
  ~DeadLetterFile();  // logs the dead letters that were not logged yet

 private:
  DeadLetterFile(Env& env, std::string path, DeadLetterLimits limits, std::optional<PathLock> lock)
      : env_(env),
        throttle_(env),
        notices_(env),
        path_(std::move(path)),
        limits_(limits),
        lock_(std::move(lock)) {}

  bool drops() const { return path_.empty(); }
  Result<AppendFile::State> open_file();
  std::string name() const;
  std::string outcome() const;
  Status write_pending();
  void begin_next_file();
  Result<size_t> room() const;

  Env& env_;
  LogThrottle throttle_;
  Incident unwritable_;
  DeadLetterNotices notices_;
  std::string path_;  // "": drop
  DeadLetterLimits limits_;
  std::optional<PathLock> lock_;
  std::unique_ptr<AppendFile> file_;  // nullptr: not open
  std::string pending_;
  int64_t pending_count_ = 0;
  int64_t recorded_ = 0;
  bool stuck_ = false;  // the last flush() failed
};

}  // namespace penstock::kinesis
