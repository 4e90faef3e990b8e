#include "core/kinesis/input/seek.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/time.h"

namespace penstock::kinesis {

namespace {

constexpr size_t kMaxIdsShown = 20;

bool is_sequence_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::string shard_line(const std::string& id, const ReadFrom& from) {
  return "  " + printable(id) + "  " + to_string(from);
}

}  // namespace

Result<ReadFrom> parse_seek_target(std::string_view text, int64_t now_ms) {
  if (text == "trim_horizon") return ReadFrom::trim_horizon();
  if (text == "latest") return ReadFrom::at_timestamp(now_ms);
  if (const std::optional<int64_t> time_ms = parse_rfc3339(text)) {
    if (*time_ms >= 0) return ReadFrom::at_timestamp(*time_ms);
    return Status(
        Code::config, "PS0317",
        "invalid position '" + printable(text) +
            "': no record arrived before 1970-01-01T00:00:00Z; use a later time, or trim_horizon for the "
            "oldest record");
  }
  if (is_sequence_number(text)) return ReadFrom::after({std::string(text), kWholeRecord});
  return Status(
      Code::config, "PS0318",
      "invalid position '" + printable(text) +
          "': expected trim_horizon, latest, a time such as 2026-01-31T08:00:00Z, or the sequence number "
          "of a record");
}

std::string to_string(const ReadFrom& from) {
  switch (from.kind) {
    case ReadFrom::Kind::trim_horizon:
      return "TRIM_HORIZON";
    case ReadFrom::Kind::at_timestamp:
      return "from " + format_rfc3339(from.timestamp_ms);
    case ReadFrom::Kind::after:
      break;
  }
  const auto& [sequence_number, sub] = from.position;
  if (from.position.is_end()) return sequence_number;
  const bool inside = sub > 0 && sub != kWholeRecord;
  return "after " + printable(sequence_number) + (inside ? ", user record " + std::to_string(sub) : "");
}

std::string to_string(const StreamIdentity& stream) {
  std::string line = "stream " + printable(stream.arn.empty() ? stream.name : stream.arn);
  return stream.created_ms == 0 ? line : line + ", created at " + format_rfc3339(stream.created_ms);
}

StreamIdentity identity_of(const StreamName& name) { return {name.name, name.region.empty() ? "" : name.text}; }

Result<std::vector<std::string>> seek_all(Checkpoint& checkpoint, const std::vector<StreamName>& streams,
                                          const ReadFrom& to) {
  if (to.kind == ReadFrom::Kind::after)
    return Status(Code::config, "PS0319", "a sequence number applies to one shard; name the shard with --shard");
  std::vector<std::string> lines;
  for (const StreamName& name : streams) {
    StreamCheckpoint* kept = checkpoint.find(identity_of(name));
    if (kept == nullptr) {
      kept = &checkpoint.streams.emplace_back();
      kept->stream = identity_of(name);
    }
    lines.push_back(to_string(kept->stream));
    for (const auto& [id, from] : kept->shards) lines.push_back(shard_line(id, from) + " -> " + to_string(to));
    const std::string others = kept->shards.empty() ? "all shards" : "all others";
    lines.push_back("  " + others + "  " + (kept->begin ? to_string(*kept->begin) : "initial_position") + " -> " +
                    to_string(to));
    kept->shards.clear();
    kept->begin = to;
    kept->stream.created_ms = 0;
  }
  return lines;
}

Result<std::vector<std::string>> seek_shard(Checkpoint& checkpoint, const std::vector<StreamName>& streams,
                                            std::string_view shard, const ReadFrom& to) {
  const size_t slash = shard.find('/');
  const std::string id(slash == std::string_view::npos ? shard : shard.substr(slash + 1));
  if (slash == std::string_view::npos && streams.size() > 1)
    return Status(Code::config, "PS0320",
                  "the options name several streams; write the shard as STREAM/" + printable(id));
  const auto name = std::find_if(streams.begin(), streams.end(), [&](const StreamName& stream) {
    return slash == std::string_view::npos || stream.name == shard.substr(0, slash);
  });
  if (name == streams.end()) {
    std::string configured;
    for (const StreamName& stream : streams)
      configured += (configured.empty() ? "" : ", ") + printable(stream.name);
    return Status(
        Code::config, "PS0321",
        "the options do not name stream '" + printable(shard.substr(0, slash)) + "'; expected " + configured);
  }
  StreamCheckpoint* kept = checkpoint.find(identity_of(*name));
  if (kept == nullptr)
    return Status(Code::config, "PS0322", "no position of stream " + name->name + " is saved yet; use --all");
  const auto found = kept->shards.find(id);
  if (found == kept->shards.end()) {
    std::string others;
    size_t shown = 0;
    for (const auto& [other, from] : kept->shards)
      if (shown++ < kMaxIdsShown) others += (others.empty() ? "" : ", ") + printable(other);
    return Status(Code::config, "PS0323",
                  "stream " + name->name + ": no position of shard '" + printable(id) + "' is saved" +
                      (others.empty() ? "; use --all" : "; expected one of " + others));
  }
  std::vector<std::string> lines = {to_string(kept->stream),
                                    shard_line(id, found->second) + " -> " + to_string(to)};
  found->second = to;
  return lines;
}

}  // namespace penstock::kinesis
