// A stream that is read: whether it is there, which one it is, and which shards it has, looked up now and again.
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

// DescribeStreamSummary, then ListShards page by page.
class StreamWatcher {
 public:
  // Gets the whole list, as Assignment::listed() does, whose response it gives: where that is not ok, the stream
  // is not readable, but for a retryable answer about one that was.
  using Listed = std::function<Status(const StreamIdentity& identity, const std::vector<ShardInfo>& shards,
                                      int64_t start_ms)>;
  // All references outlive this.
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

  // Whether it is there and its shards may be read.
  bool readable() const { return readable_; }
  // Since when it is not; monotonic.
  int64_t unreadable_since_ms() const { return unreadable_since_ms_; }
  // The service does not know the stream any more, it was told elsewhere: looks for it before it is read on.
  void mark_missing();

  // When to call advance(); kNever while a call is under way.
  int64_t next_call_ms() const { return calling_ ? kNever : next_call_ms_; }
  void advance();
  // Looks at most that much later than now, but not before the pause after a failure is over; a look that is under
  // way does not count, it may be too old.
  void refresh_within(int64_t ms);

 private:
  void describe();
  void list();
  Status receive_summary(Result<aws::ServiceResponse>& response);
  Status receive_page(Result<aws::ServiceResponse>& response);
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
  bool missing_ = false;     // when it was last looked for, it was not there
  bool describable_ = true;  // no: the service has said that we are not allowed to
  bool calling_ = false;
  bool retrying_ = false;  // the next call is made because one has failed
  int failures_ = 0;       // in a row
  Incident incident_;
  int64_t unreadable_since_ms_;
  int64_t next_call_ms_ = 0;
  int64_t not_before_ms_ = 0;   // the end of the pause after a failure
  int64_t wanted_ms_ = kNever;  // when refresh_within() wants the next look

  // Of the look under way:
  bool described_ = false;
  StreamIdentity identity_;
  std::vector<ShardInfo> shards_;  // of the pages so far
  std::string next_token_;
};

}  // namespace penstock::kinesis
