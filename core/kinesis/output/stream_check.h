// The first log line about the stream that an output writes to: it exists, or it does not.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/aws/service_call.h"
#include "core/env.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

// Asks DescribeStreamSummary until the stream exists or the service denies the permission. What is to be sent does
// not wait for it.
class StreamCheck {
 public:
  // All references outlive this, and this its call.
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
  int64_t due_ms_ = 0;  // kNever: a call is under way, or the line is logged
};

}  // namespace penstock::kinesis
