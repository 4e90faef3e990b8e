// Where a record goes that can never be delivered: "file:PATH" or, by name, "drop".
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
  // A file that would become larger is renamed to PATH.TIME, as in PATH.20190825T135915.269Z, and PATH begins
  // anew. Lines are never split, so that what is written at once may make one larger.
  uint64_t file_bytes = 64 << 20;
  // Of all these files together; 0: no limit. Lines that do not fit are not written, so that their records are not
  // settled, until files were moved away: none is ever deleted.
  uint64_t total_bytes = 0;
};

// JSON Lines of failures: stage, reason, position, origin, partition key, base64 of the data.
// add() only collects; a failure counts as recorded once flush() has written it. That is logged, with the reasons,
// and so is that they wait for a file that cannot be written, or are lost with "drop".
//
// One writer: PATH.lock is locked while the log lives. A file that was moved away is let go of, and begun anew, at
// the next flush.
class DeadLetterFile {
 public:
  // At least what a line takes: of a record of 10 MiB in base64, and text.
  static constexpr uint64_t kMinTotalBytes = 14 << 20;
  static_assert(kMinTotalBytes >= kMaxRaisedRecordBytes / 3 * 4 + 4 + (128 << 10));

  // Opens (and locks) the file. on_failure is "file:PATH" or "drop"; Code::config else, or where another process
  // has the lock.
  static Result<std::unique_ptr<DeadLetterFile>> open(Env& env, std::string_view on_failure,
                                                      DeadLetterLimits limits = {});

  // stage is "input" or "output"; origin gives group, stream, shard, sequence number and the like. Text of more
  // than 2 KiB is cut; data stays whole. Returns the failure's number: it is recorded once recorded() reaches it.
  int64_t add(std::string_view stage, std::string_view reason, const penstock_batch& origin,
              std::string_view partition_key, std::string_view data);

  // Writes and fsyncs what was added. On an error, which names the path, as many of the first lines are recorded
  // as could be written, and a later flush() tries the others again. The error is logged here, and its end.
  Status flush();
  // Logs what was held back, when next_log_ms() says so.
  void log_due() { notices_.log(outcome()); }
  int64_t next_log_ms() const { return notices_.next_log_ms(); }

  size_t pending_bytes() const { return pending_.size(); }
  int64_t pending() const { return pending_count_; }  // added, and not recorded yet
  int64_t recorded() const { return recorded_; }      // failures that counted so far, dropped ones too

  DeadLetterFile(const DeadLetterFile&) = delete;
  DeadLetterFile& operator=(const DeadLetterFile&) = delete;
  ~DeadLetterFile();  // logs what was held back

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
  std::unique_ptr<AppendFile> file_;  // none: to be opened
  std::string pending_;
  int64_t pending_count_ = 0;
  int64_t recorded_ = 0;
  bool stuck_ = false;  // the last flush() did not record all
};

}  // namespace penstock::kinesis
