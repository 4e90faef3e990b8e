// The largest record that a stream accepts: from the configuration, or from the stream itself.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StreamDescriptionSummary.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/aws/service_call.h"
#include "core/env.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

// Returns MaxRecordSizeInKiB of a DescribeStreamSummary response, in bytes; Code::transient if it is not a valid
// value.
Result<size_t> read_max_record_bytes(const std::string& body);

class MaxRecordSize {
 public:
  static constexpr size_t kAskTheStream = 0;

  // REQUIRES: all references outlive this object, and this object outlives its call.
  MaxRecordSize(Env& env, LogThrottle& throttle, const aws::ServiceCall& call, std::string stream, size_t bytes)
      : env_(env), throttle_(throttle), call_(call), stream_(std::move(stream)), bytes_(bytes) {}

  // Queries the stream once, and again if no response comes or the stream is not found. If the permission is
  // denied, the limit is kMaxRecordBytes, with a warning.
  void advance();
  int64_t next_deadline_ms() const { return known() || asking_ ? kNever : due_ms_; }
  bool known() const { return bytes_ != kAskTheStream; }
  size_t bytes() const { return bytes_; }  // of data and partition key; REQUIRES: known()

 private:
  void receive(const Result<aws::ServiceResponse>& response);

  Env& env_;
  LogThrottle& throttle_;
  const aws::ServiceCall& call_;
  std::string stream_;
  size_t bytes_;
  bool asking_ = false;
  int failures_ = 0;  // in a row
  Incident incident_;
  int64_t due_ms_ = 0;
};

}  // namespace penstock::kinesis
