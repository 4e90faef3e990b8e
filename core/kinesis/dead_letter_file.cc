#include "core/kinesis/dead_letter_file.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time.h"
#include "base/utf8.h"

namespace penstock::kinesis {

namespace {

constexpr std::string_view kFilePrefix = "file:";

// Longer text is truncated, so that a line is not much larger than its data. Everything that the service allows
// fits: a log group or log stream has at most 512 characters of up to four bytes each.
constexpr size_t kMaxTextBytes = 2048;

void append_member(std::string& line, std::string_view name, std::string_view value) {
  const std::string_view kept = whole_characters(value, kMaxTextBytes);
  append_json_member(line, name, kept.size() == value.size() ? value : std::string(kept) + "...");
}

}  // namespace

Result<std::unique_ptr<DeadLetterFile>> DeadLetterFile::open(Env& env, std::string_view on_failure,
                                                             DeadLetterLimits limits) {
  if (on_failure == "drop") {
    env.warn(
        "PS0602",
        "on_failure is drop: records that can never be delivered are discarded; set on_failure to file:PATH to "
        "keep them");
    return std::unique_ptr<DeadLetterFile>(new DeadLetterFile(env, {}, limits, std::nullopt));
  }
  if (!on_failure.starts_with(kFilePrefix) || on_failure.size() == kFilePrefix.size())
    return Status(Code::config, "PS0600",
                  "invalid on_failure '" + printable(on_failure) +
                      "': expected file:PATH (the dead-letter file), or drop (to discard dead letters)");
  std::string path(on_failure.substr(kFilePrefix.size()));
  const std::string what = "cannot open on_failure file:" + printable(path);
  Result<PathLock> lock = PathLock::take(env.files, path);
  if (!lock) return lock.status().in(what);
  std::unique_ptr<DeadLetterFile> file(new DeadLetterFile(env, std::move(path), limits, std::move(*lock)));
  if (const auto opened = file->open_file(); !opened) return opened.status().in(what);
  return file;
}

DeadLetterFile::~DeadLetterFile() {
  try {
    notices_.log_now(outcome());
  } catch (const std::bad_alloc&) {
  }
}

int64_t DeadLetterFile::add(std::string_view stage, std::string_view reason, const penstock_batch& origin,
                            std::string_view partition_key, std::string_view data) {
  notices_.add(reason);
  if (drops()) return recorded_ + ++pending_count_;
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
  if (origin.central_log_group.size > 0) append_member(line, "central_log_group", view(origin.central_log_group));
  append_member(line, "log_stream", view(origin.log_stream));
  append_member(line, "owner", view(origin.owner));
  append_member(line, "region", view(origin.region));
  append_member(line, "partition_key", partition_key);
  line += ",\"arrival_time_ms\":" + std::to_string(origin.arrival_time_ms) + ",\"data\":\"";
  append_base64(line, data);
  line += "\"}\n";
  pending_ += line;
  return recorded_ + ++pending_count_;
}

Status DeadLetterFile::flush() {
  Status status;
  if (drops())
    recorded_ += std::exchange(pending_count_, 0);
  else if (!pending_.empty())
    status = write_pending().in("cannot write dead letters to " + name());
  stuck_ = !status.ok();
  if (stuck_)
    unwritable_.log(
        throttle_, {},
        status.with_message(status.message() + "; retrying, and their records stay unsettled until then"));
  else
    unwritable_.recover(env_, "dead letters are written again to " + name());
  notices_.log(outcome());
  return status;
}

std::string DeadLetterFile::name() const { return "on_failure file:" + printable(path_); }

// Returns what happened to the dead letters that notices_ counts, as the participle of a log message.
std::string DeadLetterFile::outcome() const {
  if (drops()) return "discarded (on_failure drop)";
  return stuck_ ? "waiting for " + name() + ", which cannot be written" : "written to " + name();
}

// Opens the file unless it is open, and returns its state.
Result<AppendFile::State> DeadLetterFile::open_file() {
  if (file_) {
    Result<AppendFile::State> state = file_->state();
    if (!state || state->is_named) return state;
    // Renamed or deleted, by us or by another process: lines that are appended to it now might be overlooked.
    file_.reset();
  }
  Result<std::unique_ptr<AppendFile>> file = env_.files.append_to(path_);
  if (!file) return file.status();
  file_ = std::move(*file);
  return file_->state();
}

// Writes as many whole lines as failure_total_size and the disk have room for.
Status DeadLetterFile::write_pending() {
  if (Status locked = lock_->check(); !locked.ok()) return locked;
  Result<AppendFile::State> state = open_file();
  if (state && state->bytes > 0 && state->bytes + pending_.size() > limits_.file_bytes) {
    begin_next_file();
    state = open_file();
  }
  if (!state) return state.status();
  const Result<size_t> room_left = room();
  if (!room_left) return room_left.status();
  std::string_view lines = std::string_view(pending_).substr(0, *room_left);
  lines = lines.substr(0, lines.rfind('\n') + 1);

  AppendFile::Appended appended;
  // Ends a line that a crash or a full disk cut short, so that it does not merge with the next one.
  // mutation: dead letter appended to a torn line
  if (!lines.empty() && state->in_line) appended.status = file_->append("\n").status;
  if (appended.status.ok() && !lines.empty()) appended = file_->append(lines);
  // mutation: dead letters dropped after a failed write
  const size_t written = appended.bytes;
  // After an error, all lines are appended again later. If sync() could not truncate the file, they appear in it
  // twice.
  // mutation: skip fsync of the dead-letter file
  if (written > 0)
    if (Status synced = file_->sync(); !synced.ok()) return synced;
  const auto count = std::count(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(written), '\n');
  recorded_ += count;
  pending_count_ -= count;
  pending_.erase(0, written);
  if (pending_.empty()) pending_.shrink_to_fit();
  if (!appended.status.ok() || pending_.empty()) return appended.status;
  return {Code::io, "PS0601",
          "failure_total_size is reached; replay and move away its files, or raise the limit (limit " +
              std::to_string(limits_.total_bytes) + " bytes, " + std::to_string(pending_.size()) +
              " more to write)"};
}

// Renames the file, which is full, so that a new one is created. If that fails, the old file grows past its limit,
// but no record has to wait.
void DeadLetterFile::begin_next_file() {
  std::string time = format_rfc3339(env_.clock.wall_ms());
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  const std::string to = path_ + "." + time;
  if (const Status renamed = env_.files.rename(path_, to); !renamed.ok()) {
    throttle_.log(renamed.in("cannot rotate " + name() + ", retrying, and it keeps growing until then"),
                  LogLevel::warn);
    return;
  }
  env_.log(LogLevel::info, name() + " reached failure_file_size and was renamed to " + printable(to));
}

// Returns how many bytes failure_total_size still allows.
Result<size_t> DeadLetterFile::room() const {
  if (limits_.total_bytes == 0) return SIZE_MAX;
  const Result<uint64_t> bytes = env_.files.bytes_of_family(path_);
  if (!bytes) return bytes.status();
  return static_cast<size_t>(limits_.total_bytes - std::min(*bytes, limits_.total_bytes));
}

}  // namespace penstock::kinesis
