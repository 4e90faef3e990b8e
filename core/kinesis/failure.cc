#include "core/kinesis/failure.h"

#include <utility>

#include "core/base/bytes.h"
#include "core/base/crypto.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "core/base/utf8.h"

namespace penstock {

namespace {

constexpr std::string_view kFilePrefix = "file:";

// Longer text is cut, so that a line costs little more than its data. All that the service allows stays whole: a
// log group or log stream has 512 characters at most, of up to four bytes each.
constexpr size_t kMaxTextBytes = 2048;

void append_member(std::string& line, std::string_view name, std::string_view value) {
  line += ",\"";
  line += name;
  line += "\":";
  const std::string_view kept = whole_characters(value, kMaxTextBytes);
  append_json_string(line, kept.size() == value.size() ? value : std::string(kept) + "...");
}

}  // namespace

Result<std::unique_ptr<FailureLog>> FailureLog::open(Env& env, std::string_view on_failure, FailureLimits limits) {
  if (on_failure == "drop") {
    env.log(LogLevel::warn,
            "on_failure is drop: records that can never be delivered are lost; file:PATH would keep them");
    return std::unique_ptr<FailureLog>(new FailureLog(env, {}, limits, nullptr));
  }
  if (!on_failure.starts_with(kFilePrefix) || on_failure.size() == kFilePrefix.size())
    return Status(Code::config, "on_failure is \"" + printable(on_failure) +
                                    "\", but must be file:PATH (a file for records that can never be delivered) "
                                    "or drop (to lose them)");
  std::string path(on_failure.substr(kFilePrefix.size()));
  const std::string what = "opening on_failure file:" + printable(path);
  Result<std::unique_ptr<FileLock>> lock = env.files.lock(path + ".lock");
  if (!lock) return lock.status().in(what);
  std::unique_ptr<FailureLog> log(new FailureLog(env, std::move(path), limits, std::move(*lock)));
  if (const auto opened = log->open_file(); !opened) return opened.status().in(what);
  return log;
}

void FailureLog::add(std::string_view stage, std::string_view reason, const penstock_batch& origin,
                     std::string_view partition_key, std::string_view data) {
  if (drops()) {
    ++pending_count_;
    return;
  }
  std::string line = "{\"time\":\"";
  append_rfc3339(line, env_.clock.wall_ms());
  line += '"';
  append_member(line, "stage", stage);
  append_member(line, "reason", reason);
  append_member(line, "stream", view(origin.stream));
  append_member(line, "shard_id", view(origin.shard_id));
  append_member(line, "sequence_number", view(origin.sequence_number));
  line += ",\"sub_sequence_number\":" + std::to_string(origin.sub_sequence_number);
  append_member(line, "log_group", view(origin.log_group));
  append_member(line, "log_stream", view(origin.log_stream));
  append_member(line, "owner", view(origin.owner));
  append_member(line, "region", view(origin.region));
  append_member(line, "partition_key", partition_key);
  line += ",\"arrival_time_ms\":" + std::to_string(origin.arrival_time_ms) + ",\"data\":\"";
  append_base64(line, data);
  line += "\"}\n";
  pending_ += line;
  ++pending_count_;
}

Status FailureLog::flush() {
  if (!pending_.empty()) {
    if (const Status status = write_pending(); !status.ok())
      return status.in("writing on_failure file:" + printable(path_));
    pending_.clear();
    pending_.shrink_to_fit();
  }
  recorded_ += std::exchange(pending_count_, 0);
  return {};
}

// How the file of that path stands, open to append.
Result<AppendFile::State> FailureLog::open_file() {
  if (file_) {
    Result<AppendFile::State> state = file_->state();
    if (!state || state->is_named) return state;
    // Renamed, by us or by someone else, or deleted: what is written to it now might be overlooked.
    file_.reset();
  }
  Result<std::unique_ptr<AppendFile>> file = env_.files.append_to(path_);
  if (!file) return file.status();
  file_ = std::move(*file);
  return file_->state();
}

Status FailureLog::write_pending() {
  Result<AppendFile::State> state = open_file();
  if (state && state->bytes > 0 && state->bytes + pending_.size() > limits_.file_bytes) {
    begin_next_file();
    state = open_file();
  }
  if (!state) return state.status();
  Status status = keep_total();
  // A line that was cut short by a crash is one by itself, and no part of the next.
  if (status.ok() && state->in_line) status = file_->append("\n");
  if (status.ok()) status = file_->append(pending_);
  // After an error all is appended again: where it could not be cut off, a line stands twice in the file.
  if (status.ok()) status = file_->sync();
  return status;
}

// Where that fails the old file is written on: it grows past its limit, but nothing has to wait.
void FailureLog::begin_next_file() {
  std::string time;
  append_rfc3339(time, env_.clock.wall_ms());
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  const std::string to = path_ + "." + time;
  if (const Status renamed = env_.files.rename(path_, to); !renamed.ok()) {
    reporter_.report(renamed.in("beginning the next on_failure file (until then the old one grows)"),
                     LogLevel::warn);
    return;
  }
  env_.log(LogLevel::info, "on_failure file:" + printable(path_) + " was full: it is " + printable(to) + " now");
}

Status FailureLog::keep_total() const {
  if (limits_.total_bytes == 0) return {};
  const Result<uint64_t> bytes = env_.files.bytes_of_family(path_);
  if (!bytes) return bytes.status();
  if (*bytes + pending_.size() <= limits_.total_bytes) return {};
  return {Code::io, "the files of that name hold " + std::to_string(*bytes) + " bytes, and " +
                        std::to_string(pending_.size()) + " more would pass failure_total_size, which is " +
                        std::to_string(limits_.total_bytes) + "; replay and move some away, or raise it"};
}

}  // namespace penstock
