#include "core/kinesis/checkpoint.h"

#include <rapidjson/document.h>

#include <utility>

#include "core/base/json.h"

namespace penstock {

namespace {

constexpr std::string_view kFilePrefix = "file:";
constexpr int kFormat = 1;
constexpr size_t kLargestFile = 64 << 20;  // some 500,000 shards; what is larger is not ours

std::string written(const std::string& stream, const Checkpoint& checkpoint) {
  std::string out = "{\"penstock_checkpoint\":" + std::to_string(kFormat) + ",\"stream\":";
  append_json_string(out, stream);
  out += ",\"started_ms\":" + std::to_string(checkpoint.started_ms) + ",\"shards\":{";
  const char* separator = "\n";
  for (const auto& [shard_id, sequence_number] : checkpoint.shards) {
    out += separator;
    append_json_string(out, shard_id);
    out += ':';
    append_json_string(out, sequence_number);
    separator = ",\n";
  }
  return out += "\n}}\n";
}

bool readable(const rapidjson::Document& document) {
  if (document.HasParseError() || !document.IsObject()) return false;
  const auto has = [&](const char* name, auto is) {
    const auto found = document.FindMember(name);
    return found != document.MemberEnd() && is(found->value);
  };
  if (!has("penstock_checkpoint", [](const auto& v) { return v.IsInt() && v.GetInt() == kFormat; })) return false;
  if (!has("stream", [](const auto& v) { return v.IsString(); })) return false;
  if (!has("started_ms", [](const auto& v) { return v.IsInt64(); })) return false;
  return has("shards", [](const auto& v) {
    if (!v.IsObject()) return false;
    for (const auto& shard : v.GetObject())
      if (!shard.value.IsString()) return false;
    return true;
  });
}

}  // namespace

Result<std::unique_ptr<CheckpointStore>> CheckpointStore::open(Env& env, std::string_view where,
                                                               std::string stream) {
  std::string path;
  std::unique_ptr<FileLock> lock;
  if (where.starts_with(kFilePrefix) && where.size() > kFilePrefix.size()) {
    path = where.substr(kFilePrefix.size());
    Result<std::unique_ptr<FileLock>> locked = env.files.lock(path + ".lock");
    if (!locked.ok()) return locked.status().in("checkpoint " + std::string(where));
    lock = std::move(*locked);
  } else if (where == "memory") {
    env.log(LogLevel::warn,
            "checkpoint memory: after a restart the stream is read again from initial_position; with latest, what "
            "arrives in between is skipped. Write file:PATH to keep the position");
  } else {
    return Status(Code::config, "checkpoint: \"" + printable(where) + "\" is neither file:PATH nor memory");
  }
  return std::unique_ptr<CheckpointStore>(
      new CheckpointStore(env, std::move(stream), std::move(path), std::move(lock)));
}

Result<Checkpoint> CheckpointStore::load() {
  if (path_.empty()) return Checkpoint();
  Result<std::string> text = env_.files.read(path_, kLargestFile);
  if (!text.ok()) {
    if (text.status().code() == Code::not_found) return Checkpoint();
    return text.status().in("reading the checkpoint");
  }
  rapidjson::Document document;
  document.ParseInsitu<rapidjson::kParseIterativeFlag>(text->data());
  if (!readable(document))
    return Status(Code::config, "checkpoint file " + path_ +
                                    " is damaged or not a checkpoint; restore it, or move it away to begin at "
                                    "initial_position");
  if (document["stream"].GetString() != stream_)
    return Status(Code::config, "checkpoint file " + path_ + " is of the stream \"" +
                                    printable(document["stream"].GetString()) + "\", not of \"" + stream_ +
                                    "\"; give each stream a file of its own");
  Checkpoint checkpoint;
  checkpoint.started_ms = document["started_ms"].GetInt64();
  for (const auto& shard : document["shards"].GetObject())
    checkpoint.shards[shard.name.GetString()] = shard.value.GetString();
  return checkpoint;
}

Status CheckpointStore::save(const Checkpoint& checkpoint) {
  if (path_.empty()) return {};
  Status saved = env_.files.replace(path_, written(stream_, checkpoint));
  return saved.ok() ? saved : saved.in("saving the checkpoint");
}

}  // namespace penstock
