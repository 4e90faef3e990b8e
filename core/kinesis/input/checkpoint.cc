#include "core/kinesis/input/checkpoint.h"

#include <utility>

#include "base/json.h"
#include "base/json_parser.h"

namespace penstock {

namespace {

constexpr std::string_view kFilePrefix = "file:";
constexpr int kFormat = 2;
constexpr size_t kLargestFile = 64 << 20;  // some 300,000 shards; what is larger is not ours

constexpr std::string_view kTrimHorizon = "TRIM_HORIZON";
constexpr std::string_view kAtTimestamp = "AT_TIMESTAMP";

// {"checkpoint":"TRIM_HORIZON"}, {"checkpoint":"AT_TIMESTAMP","time_ms":1566741555269}, {"checkpoint":"4959..."}
// or
// {"checkpoint":"4959...","sub_sequence_number":3}
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
    case ReadFrom::Kind::behind:
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

using Json = JsonValue;

const Json* member(const Json& object, const char* name) {
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::optional<std::string> text(const Json* value) {
  if (value == nullptr || !value->IsString()) return std::nullopt;
  return std::string(value->GetString(), value->GetStringLength());
}

std::optional<ReadFrom> read_place(const Json& value) {
  if (!value.IsObject()) return std::nullopt;
  std::optional<std::string> checkpoint = text(member(value, "checkpoint"));
  if (!checkpoint || checkpoint->empty()) return std::nullopt;
  if (*checkpoint == kTrimHorizon) return ReadFrom::trim_horizon();
  if (*checkpoint == kAtTimestamp) {
    const Json* time_ms = member(value, "time_ms");
    if (time_ms == nullptr || !time_ms->IsInt64()) return std::nullopt;
    return ReadFrom::at_timestamp(time_ms->GetInt64());
  }
  const Json* sub = member(value, "sub_sequence_number");
  if (sub != nullptr && !sub->IsUint64()) return std::nullopt;
  return ReadFrom::behind({std::move(*checkpoint), sub == nullptr ? 0 : sub->GetUint64()});
}

std::optional<StreamCheckpoint> read_stream(const Json& value) {
  if (!value.IsObject()) return std::nullopt;
  const auto name = text(member(value, "name")), arn = text(member(value, "arn"));
  const Json* created_ms = member(value, "created_ms");
  const Json* shards = member(value, "shards");
  if (!name || !arn || created_ms == nullptr || !created_ms->IsInt64() || shards == nullptr || !shards->IsObject())
    return std::nullopt;
  StreamCheckpoint kept;
  kept.stream = {*name, *arn, created_ms->GetInt64()};
  if (const Json* begin = member(value, "begin")) {
    kept.begin = read_place(*begin);
    if (!kept.begin) return std::nullopt;
  }
  for (const auto& shard : shards->GetObject()) {
    std::optional<ReadFrom> from = read_place(shard.value);
    if (!from) return std::nullopt;
    kept.shards[{shard.name.GetString(), shard.name.GetStringLength()}] = std::move(*from);
  }
  return kept;
}

std::optional<Checkpoint> read_checkpoint(const Json& document) {
  const Json* streams = member(document, "streams");
  if (streams == nullptr || !streams->IsArray()) return std::nullopt;
  Checkpoint checkpoint;
  for (const auto& value : streams->GetArray()) {
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
    if (!locked.ok()) return locked.status().in("checkpoint " + printable(where));
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
  return Status(Code::config, "checkpoint: \"" + printable(where) + "\" is neither file:PATH nor memory");
}

Result<Checkpoint> CheckpointStore::load() {
  if (path_.empty()) return Checkpoint();
  Result<std::string> content = env_.files.read(path_, kLargestFile);
  if (!content.ok()) {
    if (content.status().code() == Code::not_found) return Checkpoint();
    return content.status().in("reading the checkpoint");
  }
  JsonDocument document;
  document.ParseInsitu<rapidjson::kParseIterativeFlag>(content->data());
  std::optional<Checkpoint> checkpoint;
  if (!document.HasParseError() && document.IsObject()) {
    const Json* format = member(document, "penstock_checkpoint");
    if (format != nullptr && format->IsInt() && format->GetInt() != kFormat)
      return Status(Code::config, name() + " is of format " + std::to_string(format->GetInt()) +
                                      ", and this version reads format " + std::to_string(kFormat) +
                                      "; move it away to begin at initial_position");
    if (format != nullptr && format->IsInt()) checkpoint = read_checkpoint(document);
  }
  if (checkpoint) return std::move(*checkpoint);
  return Status(Code::config, name() +
                                  " is damaged or not a checkpoint; restore it, or move it away to begin at "
                                  "initial_position");
}

Status CheckpointStore::save(const Checkpoint& checkpoint) {
  if (path_.empty()) return {};
  Status saved = lock_->check();
  if (saved.ok()) saved = env_.files.replace(path_, written(checkpoint));
  return saved.ok() ? saved : saved.in("saving the " + name());
}

std::string CheckpointStore::name() const {
  return path_.empty() ? "checkpoint memory" : "checkpoint file " + printable(path_);
}

}  // namespace penstock
