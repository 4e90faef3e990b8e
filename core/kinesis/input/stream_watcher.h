// Watches a stream: whether it exists, which one it is, and which shards it has. Looks it up at intervals.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/aws/service_client.h"
#include "core/env.h"
#include "core/kinesis/input/shard_reader.h"
#include "core/kinesis/read_api.h"
#include "core/kinesis/stream_name.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

// Watcher of one stream: calls DescribeStreamSummary, then ListShards page by page.
class StreamWatcher {
 public:
  // Receives the complete list, like Assignment::on_shards_listed(), and returns its status. If that is not ok,
  // the stream becomes unreadable; but after a retryable error, a readable stream stays readable.
  using Listed = std::function<Status(const StreamIdentity& identity, const std::vector<ShardInfo>& shards,
                                      int64_t start_ms)>;
  // REQUIRES: all references outlive this object.
  StreamWatcher(Env& env, aws::ServiceClient& client, LogThrottle& throttle, ReaderTotals& totals, StreamName name,
                Listed listed)
      : env_(env),
        client_(client),
        throttle_(throttle),
        totals_(totals),
        name_(std::move(name)),
        listed_(std::move(listed)),
        unreadable_since_ms_(env.clock.monotonic_ms()) {}

  const StreamName& name() const { return name_; }
  aws::ServiceClient& client() const { return client_; }

  // Returns whether the stream exists and its shards may be read.
  bool readable() const { return readable_; }
  // Returns since when it is not readable; monotonic time.
  int64_t unreadable_since_ms() const { return unreadable_since_ms_; }
  // Makes the stream unreadable until it is found again, because another call failed with not_found.
  void mark_missing();

  // Returns since when the hash key of a record decides its shard: the arrival time of the first record for which
  // that is certain, in the service's Unix time. 0: always, as far as is known; INT64_MAX: it does not, because
  // the service distributes the records.
  int64_t placed_by_key_from_ms() const { return placed_by_key_from_ms_; }
  // Notes that a record, which arrived at that time, is in a shard that is not its own, as if the service had
  // chosen it. If no later look-up shows who chooses, looks the stream up soon. Does so once until the strategy
  // changes, because a producer may also place its records in its own way.
  void on_unexpected_shard(int64_t arrival_ms);

  // Returns when to call advance(); kNever while a call is in flight.
  int64_t next_call_ms() const { return calling_ ? kNever : next_call_ms_; }
  void advance();
  // Looks the stream up within ms from now, but not before the pause after a failure has ended. A look-up in
  // flight does not count, because it may be too old.
  void refresh_within(int64_t ms);

 private:
  void describe();
  void list();
  Status receive_summary(Result<aws::ServiceResponse>& response);
  Status receive_page(Result<aws::ServiceResponse>& response);
  void note_distribution(RecordDistribution distribution, int64_t date_ms);
  Status take_list(int64_t date_ms);
  void fail(const Status& status);
  void set_unreadable();
  void begin_call();

  Env& env_;
  aws::ServiceClient& client_;
  LogThrottle& throttle_;
  ReaderTotals& totals_;
  const StreamName name_;
  Listed listed_;

  bool readable_ = false;
  bool missing_ = false;     // not found by the last look-up
  bool describable_ = true;  // false: the service denied DescribeStreamSummary
  bool calling_ = false;
  bool retrying_ = false;  // the next call is a retry
  int failures_ = 0;       // in a row
  Incident incident_;
  int64_t unreadable_since_ms_;
  int64_t next_call_ms_ = 0;
  int64_t not_before_ms_ = 0;   // the end of the pause after a failure
  int64_t wanted_ms_ = kNever;  // time set by refresh_within()

  int64_t placed_by_key_from_ms_ = 0;
  int64_t described_ms_ = INT64_MIN;           // the service's Unix time of the last description
  bool has_checked_unexpected_shard_ = false;  // since the strategy has changed

  // State of the look-up in progress:
  bool described_ = false;
  StreamIdentity identity_;
  std::vector<ShardInfo> shards_;  // of the pages so far
  std::string next_token_;
};

}  // namespace penstock::kinesis
