// Where a record goes that can never be delivered: "file:PATH" or, by name, "drop".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "abi/penstock.h"
#include "core/base/env.h"

namespace penstock {

// A JSON Lines file of failures: stage, reason, position, origin, partition key, base64 of the data.
// add() only collects; a failure counts as recorded once flush() was ok after it.
class FailureLog {
 public:
  // Opens (and locks) the file. on_failure is "file:PATH" or "drop"; Code::config else.
  static Result<std::unique_ptr<FailureLog>> open(Env& env, std::string_view on_failure);

  // stage is "input" or "output"; origin gives group, stream, shard, sequence number and the like.
  void add(std::string_view stage, std::string_view reason, const penstock_batch& origin,
           std::string_view partition_key, std::string_view data);

  // Writes and fsyncs what was added. On an error nothing of it counts, all is kept, and a later flush()
  // tries again: the error names the path.
  Status flush();

  size_t pending_bytes() const { return pending_.size(); }
  int64_t recorded() const { return recorded_; }  // failures that counted so far, dropped ones too

 private:
  FailureLog(Env& env, std::string path, std::unique_ptr<AppendFile> file)
      : env_(env), path_(std::move(path)), file_(std::move(file)) {}

  Env& env_;
  std::string path_;
  std::unique_ptr<AppendFile> file_;  // none: drop
  std::string pending_;
  int64_t pending_count_ = 0;
  int64_t recorded_ = 0;
};

}  // namespace penstock
