// Logs whether the stream that an output writes to exists.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/aws/service_call.h"
#include "core/env.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

// A check for the stream: it calls DescribeStreamSummary until the stream exists or the service denies the
// permission. Records are sent without waiting for the result.
class StreamCheck {
 public:
  // REQUIRES: all references outlive this object, and this object outlives its call.
  StreamCheck(Env& env, aws::ServiceCall call, std::string stream)
      : env_(env), throttle_(env), call_(std::move(call)), stream_(std::move(stream)) {}

  void advance();
  int64_t next_deadline_ms() const { return due_ms_; }

 private:
  void receive(const Result<aws::ServiceResponse>& response);

  Env& env_;
  LogThrottle throttle_;
  aws::ServiceCall call_;
  std::string stream_;
  int failures_ = 0;    // in a row
  int64_t due_ms_ = 0;  // kNever: a call is in flight, or the result is logged
};

}  // namespace penstock::kinesis
