#include "core/kinesis/failure.h"

#include <utility>

#include "core/base/bytes.h"
#include "core/base/crypto.h"
#include "core/base/json.h"
#include "core/base/time.h"

namespace penstock {

namespace {

constexpr std::string_view kFilePrefix = "file:";

void append_member(std::string& line, std::string_view name, std::string_view value) {
  line += ",\"";
  line += name;
  line += "\":";
  append_json_string(line, value);
}

}  // namespace

Result<std::unique_ptr<FailureLog>> FailureLog::open(Env& env, std::string_view on_failure) {
  if (on_failure == "drop") {
    env.log(LogLevel::warn,
            "on_failure is drop: records that can never be delivered are lost; file:PATH would keep them");
    return std::unique_ptr<FailureLog>(new FailureLog(env, {}, nullptr));
  }
  if (!on_failure.starts_with(kFilePrefix) || on_failure.size() == kFilePrefix.size())
    return Status(Code::config, "on_failure is \"" + printable(on_failure) +
                                    "\", but must be file:PATH (a file for records that can never be delivered) "
                                    "or drop (to lose them)");
  std::string path(on_failure.substr(kFilePrefix.size()));
  Result<std::unique_ptr<AppendFile>> file = env.files.append_to(path);
  if (!file) return file.status().in("opening on_failure file:" + printable(path));
  return std::unique_ptr<FailureLog>(new FailureLog(env, std::move(path), std::move(*file)));
}

void FailureLog::add(std::string_view stage, std::string_view reason, const penstock_batch& origin,
                     std::string_view partition_key, std::string_view data) {
  if (!file_) {
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
  append_member(line, "partition_key", partition_key);
  line += ",\"arrival_time_ms\":" + std::to_string(origin.arrival_time_ms) + ",\"data\":\"";
  append_base64(line, data);
  line += "\"}\n";
  pending_ += line;
  ++pending_count_;
}

Status FailureLog::flush() {
  if (file_ && !pending_.empty()) {
    Status status = file_->append(pending_);
    // After a failed sync the kernel may have dropped what it could not write, and a second sync would not tell:
    // all is appended again then, so that a line may stand twice in the file.
    if (status.ok()) status = file_->sync();
    if (!status.ok()) return status.in("writing on_failure file:" + printable(path_));
    pending_.clear();
    pending_.shrink_to_fit();
  }
  recorded_ += std::exchange(pending_count_, 0);
  return {};
}

}  // namespace penstock
