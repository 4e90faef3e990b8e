// Which shards a stream has: ListShards, page by page, now and again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/aws/service_client.h"
#include "core/base/env.h"
#include "core/base/reporter.h"
#include "core/kinesis/read_api.h"

namespace penstock {

class ShardList {
 public:
  // listed gets the whole list and the service's time (Unix, 0 where it did not say). All references outlive this.
  using Listed = std::function<void(std::vector<ShardInfo> shards, int64_t date_ms)>;
  ShardList(Env& env, ServiceClient& client, Reporter& reporter, std::string stream, Listed listed)
      : env_(env), client_(client), reporter_(reporter), stream_(std::move(stream)), listed_(std::move(listed)) {}

  // When to call advance(); kNever while a call is under way.
  int64_t next_call_ms() const { return calling_ ? kNever : next_call_ms_; }
  void advance();
  // Begins a list at most that much later than now; one that is under way does not count, it may be too old.
  void list_within(int64_t ms);

 private:
  void receive(Result<ServiceAnswer> answer);
  void fail(const Status& status);

  Env& env_;
  ServiceClient& client_;
  Reporter& reporter_;
  std::string stream_;
  Listed listed_;
  bool calling_ = false;
  int failures_ = 0;  // in a row
  int64_t next_call_ms_ = 0;
  int64_t wanted_ms_ = kNever;     // when list_within() wants the next list
  std::vector<ShardInfo> shards_;  // of the pages so far
  std::string next_token_;
};

}  // namespace penstock
