// What an output knows of the stream that it writes to, from DescribeStreamSummary: whether it exists, the largest
// record that it accepts, and who chooses the shard of a record.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "core/aws/service_call.h"
#include "core/env.h"
#include "core/kinesis/read_api.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

// The stream of an output. Describes it at the start, and then again and again, because who chooses the shards can
// change at any time. If the service denies the permission, assumes the defaults: 1 MiB, and
// RecordDistribution::by_key.
class TargetStream {
 public:
  static constexpr size_t kAskTheStream = 0;
  static constexpr int64_t kRefreshMs = 180'000;
  // Pause while the service chooses the shards, which may keep the output from sending.
  static constexpr int64_t kByServiceRefreshMs = 60'000;

  // max_record_bytes: of data and partition key; kAskTheStream: the stream's own limit. REQUIRES: all references
  // outlive this object, and this object outlives its call.
  TargetStream(Env& env, LogThrottle& throttle, const aws::ServiceCall& call, std::string stream,
               size_t max_record_bytes)
      : env_(env),
        throttle_(throttle),
        call_(call),
        stream_(std::move(stream)),
        asks_for_size_(max_record_bytes == kAskTheStream),
        max_record_bytes_(max_record_bytes) {}

  void advance();
  int64_t next_deadline_ms() const { return calling_ ? kNever : due_ms_; }

  bool knows_max_record_bytes() const { return max_record_bytes_ != kAskTheStream; }
  size_t max_record_bytes() const { return max_record_bytes_; }  // REQUIRES: knows_max_record_bytes()

  // Who chooses the shards; nullopt: not known yet.
  std::optional<RecordDistribution> distribution() const { return distribution_; }
  // Returns whether that is only an assumption, because the service denied DescribeStreamSummary.
  bool is_denied() const { return denied_; }
  // Returns whether keys decide, and will: the stream is a provisioned one.
  bool is_by_key_for_certain() const {
    return distribution_ == RecordDistribution::by_key && !denied_ && !distribution_may_change_;
  }
  // Increases each time distribution() is set, even to the same value.
  uint64_t version() const { return version_; }
  // Notes that a record is in a shard that its hash key does not belong in: the service chose it. That holds,
  // even against a description, for kByServiceRefreshMs.
  void on_unexpected_shard();

 private:
  void receive(Result<aws::ServiceResponse> response);
  Status take_summary(Result<aws::ServiceResponse>& response);
  void take_denial(const Status& status);
  void set(RecordDistribution distribution);

  Env& env_;
  LogThrottle& throttle_;
  const aws::ServiceCall& call_;
  std::string stream_;
  const bool asks_for_size_;
  size_t max_record_bytes_;
  std::optional<RecordDistribution> distribution_;
  uint64_t version_ = 0;
  bool calling_ = false;
  bool denied_ = false;
  bool distribution_may_change_ = true;
  bool is_found_ = false;            // it was described
  int failures_ = 0;                 // in a row
  int64_t due_ms_ = 0;               // kNever: the permission was denied
  int64_t unexpected_until_ms_ = 0;  // until then, on_unexpected_shard() decides
  Incident incident_;
};

}  // namespace penstock::kinesis
