// How far a shard has been dealt with, and where reading begins.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace penstock::kinesis {

// In place of a sequence number: the shard is closed and all of it is settled.
inline constexpr std::string_view kShardEnd = "SHARD_END";

// In place of a sub-sequence number: the record as a whole, whatever it holds.
inline constexpr uint64_t kWholeRecord = std::numeric_limits<uint64_t>::max();

// The last record that is dealt with, with everything before it, as a checkpoint names it.
struct ShardPosition {
  std::string sequence_number;  // or kShardEnd; "": none yet
  // Of a record that holds several (aggregated by the KPL): the index of the last user record that is dealt with.
  uint64_t sub_sequence_number = 0;

  bool is_end() const { return sequence_number == kShardEnd; }
  friend bool operator==(const ShardPosition&, const ShardPosition&) = default;
};

// Where to begin in a shard. Behind a position means: at its record, without the user records up to it. If the
// service's first record there is another one, the retention of the stream has passed the position.
struct ReadFrom {
  enum class Kind { trim_horizon, at_timestamp, behind };
  Kind kind = Kind::trim_horizon;
  int64_t timestamp_ms = 0;  // at_timestamp: Unix time, of the records' arrival
  ShardPosition position;    // behind

  friend bool operator==(const ReadFrom&, const ReadFrom&) = default;
  static ReadFrom trim_horizon() { return {}; }
  static ReadFrom at_timestamp(int64_t unix_ms) { return {Kind::at_timestamp, unix_ms, {}}; }
  static ReadFrom behind(ShardPosition position) { return {Kind::behind, 0, std::move(position)}; }
};

// Where an application begins to read a stream of which no position is kept.
struct InitialPosition {
  enum class Kind { trim_horizon, latest, at_timestamp };
  Kind kind = Kind::trim_horizon;
  int64_t timestamp_ms = 0;  // at_timestamp: Unix time

  // start_ms: when the application first heard of the stream. It holds for every shard without a position: one
  // that came into being later has no older records, so that it is read whole.
  ReadFrom from(int64_t start_ms) const {
    if (kind == Kind::trim_horizon) return ReadFrom::trim_horizon();
    return ReadFrom::at_timestamp(kind == Kind::latest ? start_ms : timestamp_ms);
  }
};

}  // namespace penstock::kinesis
