// Where a record goes that can never be delivered: "file:PATH" or, by name, "drop".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "abi/penstock.h"
#include "core/base/env.h"
#include "core/base/reporter.h"

namespace penstock {

struct FailureLimits {
  // A file that would become larger is renamed to PATH.TIME, as in PATH.20190825T135915.269Z, and PATH begins
  // anew. Lines are never split, so that what is written at once may make one larger.
  uint64_t file_bytes = 64 << 20;
  // Of all these files together; 0: no limit. At it nothing more is written, so that nothing more is settled,
  // until someone has moved files away: none is ever deleted.
  uint64_t total_bytes = 0;
};

// JSON Lines of failures: stage, reason, position, origin, partition key, base64 of the data.
// add() only collects; a failure counts as recorded once flush() was ok after it.
//
// One writer: PATH.lock is locked while the log lives. A file that was moved away is let go of, and begun anew, at
// the next flush.
class FailureLog {
 public:
  // Opens (and locks) the file. on_failure is "file:PATH" or "drop"; Code::config else, or where another process
  // has the lock.
  static Result<std::unique_ptr<FailureLog>> open(Env& env, std::string_view on_failure,
                                                  FailureLimits limits = {});

  // stage is "input" or "output"; origin gives group, stream, shard, sequence number and the like. Text of more
  // than 2 KiB is cut; data stays whole.
  void add(std::string_view stage, std::string_view reason, const penstock_batch& origin,
           std::string_view partition_key, std::string_view data);

  // Writes and fsyncs what was added. On an error nothing of it counts, all is kept, and a later flush()
  // tries again: the error names the path.
  Status flush();

  size_t pending_bytes() const { return pending_.size(); }
  int64_t pending() const { return pending_count_; }  // added, and not recorded yet
  int64_t recorded() const { return recorded_; }      // failures that counted so far, dropped ones too

 private:
  FailureLog(Env& env, std::string path, FailureLimits limits, std::unique_ptr<FileLock> lock)
      : env_(env), reporter_(env), path_(std::move(path)), limits_(limits), lock_(std::move(lock)) {}

  bool drops() const { return path_.empty(); }
  Result<AppendFile::State> open_file();
  Status write_pending();
  void begin_next_file();
  Status keep_total() const;

  Env& env_;
  Reporter reporter_;
  std::string path_;  // "": drop
  FailureLimits limits_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<AppendFile> file_;  // none: to be opened
  std::string pending_;
  int64_t pending_count_ = 0;
  int64_t recorded_ = 0;
};

}  // namespace penstock
