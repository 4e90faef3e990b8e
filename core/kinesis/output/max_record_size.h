// The largest record that a stream takes: as the conf says, or as the stream itself does.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StreamDescriptionSummary.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/aws/service_call.h"
#include "core/env.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

// What a response of DescribeStreamSummary says in MaxRecordSizeInKiB, in bytes. Code::transient where it says
// nothing that can be one.
Result<size_t> read_max_record_bytes(const std::string& body);

class MaxRecordSize {
 public:
  static constexpr size_t kAskTheStream = 0;

  // All references outlive this, and this its call.
  MaxRecordSize(Env& env, LogThrottle& throttle, const aws::ServiceCall& call, std::string stream, size_t bytes)
      : env_(env), throttle_(throttle), call_(call), stream_(std::move(stream)), bytes_(bytes) {}

  // Asks the stream, once, again where no response comes or there is no such stream. Where it will not say, the
  // limit is kMaxRecordBytes, with a warning.
  void advance();
  int64_t next_deadline_ms() const { return known() || asking_ ? kNever : due_ms_; }
  bool known() const { return bytes_ != kAskTheStream; }
  size_t bytes() const { return bytes_; }  // of data and partition key; where known()

 private:
  void receive(const Result<aws::ServiceResponse>& response);

  Env& env_;
  LogThrottle& throttle_;
  const aws::ServiceCall& call_;
  std::string stream_;
  size_t bytes_;
  bool asking_ = false;
  int failures_ = 0;  // in a row
  int64_t due_ms_ = 0;
};

}  // namespace penstock::kinesis
