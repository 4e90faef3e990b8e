// Position in a shard, and where reading begins.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace penstock::kinesis {

// In place of a sequence number: the shard is closed, and all of its records are settled.
inline constexpr std::string_view kShardEnd = "SHARD_END";

// In place of a sub-sequence number: the record as a whole, whatever it contains.
inline constexpr uint64_t kWholeRecord = std::numeric_limits<uint64_t>::max();

// Last record that is settled, with every record before it, as a checkpoint stores it.
struct ShardPosition {
  std::string sequence_number;  // or kShardEnd; "": none yet
  // In an aggregated record: index of the last user record that is settled.
  uint64_t sub_sequence_number = 0;

  bool is_end() const { return sequence_number == kShardEnd; }
  friend bool operator==(const ShardPosition&, const ShardPosition&) = default;
};

// Where to begin in a shard. Reading from a position begins at its record and skips the user records up to the
// position. If the first record that the service returns there is another one, the position has left the stream's
// retention.
struct ReadFrom {
  enum class Kind { trim_horizon, at_timestamp, after };
  Kind kind = Kind::trim_horizon;
  int64_t timestamp_ms = 0;  // for at_timestamp: arrival time, Unix time
  ShardPosition position;    // the last record to skip

  friend bool operator==(const ReadFrom&, const ReadFrom&) = default;
  static ReadFrom trim_horizon() { return {}; }
  static ReadFrom at_timestamp(int64_t unix_ms) { return {Kind::at_timestamp, unix_ms, {}}; }
  static ReadFrom after(ShardPosition position) { return {Kind::after, 0, std::move(position)}; }
};

// Where an application begins to read a stream that has no saved position.
struct InitialPosition {
  enum class Kind { trim_horizon, latest, at_timestamp };
  Kind kind = Kind::trim_horizon;
  int64_t timestamp_ms = 0;  // for at_timestamp: Unix time

  // Returns where a shard without a position begins. start_ms: when the application first listed the stream. This
  // also suits a shard that was created later: it has no older records, so all of it is read.
  ReadFrom from(int64_t start_ms) const {
    if (kind == Kind::trim_horizon) return ReadFrom::trim_horizon();
    return ReadFrom::at_timestamp(kind == Kind::latest ? start_ms : timestamp_ms);
  }
};

}  // namespace penstock::kinesis
