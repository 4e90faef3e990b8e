#include "core/kinesis/input/checkpoint.h"

#include <utility>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace penstock::kinesis {

namespace {

constexpr std::string_view kFilePrefix = "file:";
constexpr int kFormat = 2;
constexpr size_t kLargestFile = 64 << 20;  // about 300,000 shards; a larger file is not a checkpoint

constexpr std::string_view kTrimHorizon = "TRIM_HORIZON";
constexpr std::string_view kAtTimestamp = "AT_TIMESTAMP";

// Writes where a shard begins, as one of:
//   {"checkpoint":"TRIM_HORIZON"}
//   {"checkpoint":"AT_TIMESTAMP","time_ms":1566741555269}
//   {"checkpoint":"4959..."}
//   {"checkpoint":"4959...","sub_sequence_number":3}
void write_place(std::string& out, const ReadFrom& from) {
  out += "{\"checkpoint\":";
  switch (from.kind) {
    case ReadFrom::Kind::trim_horizon:
      append_json_string(out, kTrimHorizon);
      break;
    case ReadFrom::Kind::at_timestamp:
      append_json_string(out, kAtTimestamp);
      out += ",\"time_ms\":" + std::to_string(from.timestamp_ms);
      break;
    case ReadFrom::Kind::after:
      append_json_string(out, from.position.sequence_number);
      if (from.position.sub_sequence_number > 0)
        out += ",\"sub_sequence_number\":" + std::to_string(from.position.sub_sequence_number);
      break;
  }
  out += '}';
}

std::string written(const Checkpoint& checkpoint) {
  std::string out = "{\"penstock_checkpoint\":" + std::to_string(kFormat) + ",\"streams\":[";
  const char* before_stream = "\n";
  for (const StreamCheckpoint& kept : checkpoint.streams) {
    out.append(std::exchange(before_stream, ",\n")).append("{\"name\":");
    append_json_string(out, kept.stream.name);
    out += ",\"arn\":";
    append_json_string(out, kept.stream.arn);
    out += ",\"created_ms\":" + std::to_string(kept.stream.created_ms);
    if (kept.begin) {
      out += ",\"begin\":";
      write_place(out, *kept.begin);
    }
    out += ",\"shards\":{";
    const char* before_shard = "\n";
    for (const auto& [shard_id, from] : kept.shards) {
      out.append(std::exchange(before_shard, ",\n"));
      append_json_string(out, shard_id);
      out += ':';
      write_place(out, from);
    }
    out += "\n}}";
  }
  return out += "\n]}\n";
}

std::optional<ReadFrom> read_place(JsonValue value) {
  const std::string_view checkpoint = value["checkpoint"].text();
  if (checkpoint.empty()) return std::nullopt;
  if (checkpoint == kTrimHorizon) return ReadFrom::trim_horizon();
  if (checkpoint == kAtTimestamp) {
    const std::optional<int64_t> time_ms = value["time_ms"].integer();
    return time_ms ? std::optional(ReadFrom::at_timestamp(*time_ms)) : std::nullopt;
  }
  const JsonValue sub = value["sub_sequence_number"];
  if (sub.exists() && !sub.unsigned_integer()) return std::nullopt;
  return ReadFrom::after({std::string(checkpoint), sub.unsigned_integer().value_or(0)});
}

std::optional<StreamCheckpoint> read_stream(JsonValue value) {
  const JsonValue name = value["name"], arn = value["arn"], shards = value["shards"];
  const std::optional<int64_t> created_ms = value["created_ms"].integer();
  if (!name.is_string() || !arn.is_string() || !created_ms || !shards.is_object()) return std::nullopt;
  StreamCheckpoint kept;
  kept.stream = {std::string(name.text()), std::string(arn.text()), *created_ms};
  if (const JsonValue begin = value["begin"]; begin.exists()) {
    kept.begin = read_place(begin);
    if (!kept.begin) return std::nullopt;
  }
  for (const auto& [shard_id, place] : shards.members()) {
    std::optional<ReadFrom> from = read_place(place);
    if (!from) return std::nullopt;
    kept.shards[std::string(shard_id)] = std::move(*from);
  }
  return kept;
}

std::optional<Checkpoint> read_checkpoint(JsonValue streams) {
  if (!streams.is_array()) return std::nullopt;
  Checkpoint checkpoint;
  for (const JsonValue value : streams.elements()) {
    std::optional<StreamCheckpoint> stream = read_stream(value);
    if (!stream) return std::nullopt;
    checkpoint.streams.push_back(std::move(*stream));
  }
  return checkpoint;
}

}  // namespace

StreamCheckpoint* Checkpoint::find(const StreamIdentity& stream) {
  for (StreamCheckpoint& kept : streams) {
    const bool by_arn = !kept.stream.arn.empty() && !stream.arn.empty();
    // mutation: checkpoint of another stream used
    if (by_arn ? kept.stream.arn == stream.arn : kept.stream.name == stream.name) return &kept;
  }
  return nullptr;
}

Result<std::unique_ptr<CheckpointStore>> CheckpointStore::open(Env& env, std::string_view where) {
  const Result<std::string> path = path_in(where);
  if (!path.ok()) return path.status();
  std::optional<PathLock> lock;
  if (!path->empty()) {
    Result<PathLock> locked = PathLock::take(env.files, *path);
    if (!locked.ok()) return locked.status().in("cannot open checkpoint " + printable(where));
    lock = std::move(*locked);
  }
  return std::unique_ptr<CheckpointStore>(new CheckpointStore(env, *path, std::move(lock)));
}

Result<Checkpoint> CheckpointStore::look(Env& env, std::string_view where) {
  const Result<std::string> path = path_in(where);
  return path.ok() ? CheckpointStore(env, *path, std::nullopt).load() : path.status();
}

Result<std::string> CheckpointStore::path_in(std::string_view where) {
  if (where == "memory") return std::string();
  if (where.starts_with(kFilePrefix) && where.size() > kFilePrefix.size())
    return std::string(where.substr(kFilePrefix.size()));
  return Status(Code::config, "PS0302",
                "invalid checkpoint '" + printable(where) + "': expected file:PATH or memory");
}

Result<Checkpoint> CheckpointStore::load() {
  if (path_.empty()) return Checkpoint();
  Result<std::string> content = env_.files.read(path_, kLargestFile);
  if (!content.ok()) {
    if (content.status().code() == Code::not_found) return Checkpoint();
    return content.status().in("checkpoint");
  }
  std::optional<Checkpoint> checkpoint;
  if (const std::optional<JsonDocument> document = JsonDocument::parse(std::move(*content))) {
    const std::optional<int64_t> format = (*document)["penstock_checkpoint"].integer();
    if (format && *format != kFormat)
      return Status(Code::config, "PS0303",
                    name() + " has format " + std::to_string(*format) + ", but this version reads only format " +
                        std::to_string(kFormat) +
                        "; use the version that wrote it, or move it away to start at initial_position");
    if (format) checkpoint = read_checkpoint((*document)["streams"]);
  }
  if (checkpoint) return std::move(*checkpoint);
  return Status(Code::config, "PS0304",
                name() +
                    " is damaged or is not a checkpoint; restore it, or move it away to start at "
                    "initial_position");
}

Status CheckpointStore::save(const Checkpoint& checkpoint) {
  if (path_.empty()) return {};
  Status saved = lock_->check();
  if (saved.ok()) saved = env_.files.replace(path_, written(checkpoint));
  return saved.ok() ? saved : saved.in("cannot save " + name());
}

std::string CheckpointStore::name() const {
  return path_.empty() ? "checkpoint memory" : "checkpoint file " + printable(path_);
}

}  // namespace penstock::kinesis
