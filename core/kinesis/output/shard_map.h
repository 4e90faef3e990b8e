// Maps partition keys to shards, by the hash key ranges of ListShards.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/aws/service_call.h"
#include "core/env.h"
#include "core/kinesis/read_api.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

class ShardMap {
 public:
  static constexpr uint32_t kNoShard = UINT32_MAX;
  static constexpr int64_t kPauseMs = 5'000;  // between two lists

  // REQUIRES: all references outlive this object, and this object outlives its calls.
  ShardMap(Env& env, LogThrottle& throttle, const aws::ServiceCall& call, std::string stream)
      : env_(env), throttle_(throttle), call_(call), stream_(std::move(stream)) {}

  // Requests a list that is newer than now. Lists are at least kPauseMs apart.
  void want();
  void advance();
  int64_t next_deadline_ms() const { return (wanted_ || !next_token_.empty()) && !calling_ ? due_ms_ : kNever; }

  bool known() const { return version_ > 0; }
  // Returns whether there is a list, and no newer one is requested or in flight.
  bool current() const { return known() && !wanted_ && !calling_ && next_token_.empty(); }
  bool first_under_way() const { return !known() && calling_; }  // the first list is
  uint64_t version() const { return version_; }  // of the list: increases with each change; 0 before the first
  // Returns the number of the open shard that accepts a partition key; kNoShard: unknown. Numbers change with the
  // version.
  uint32_t shard_of(std::string_view partition_key) const;
  // Returns the hash keys that a shard accepts, or accepted while it was open; nullopt: not in the list.
  std::optional<HashKeyRange> range_of(std::string_view shard_id) const;

 private:
  static constexpr int64_t kRejectedPauseMs = 300'000;

  void receive(Result<aws::ServiceResponse> response);
  Status take_page(Result<aws::ServiceResponse>& response);

  Env& env_;
  LogThrottle& throttle_;
  const aws::ServiceCall& call_;
  std::string stream_;
  bool wanted_ = false;
  bool calling_ = false;
  int64_t due_ms_ = 0;
  std::string next_token_;
  std::vector<ShardInfo> listed_;  // shards of the pages so far
  std::vector<ShardInfo> open_;    // open shards, by first hash key
  std::vector<ShardInfo> all_;     // by ID
  uint64_t version_ = 0;
  Incident incident_;  // failures to list the shards
};

}  // namespace penstock::kinesis
