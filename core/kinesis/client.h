// Signed calls to one region's Kinesis Data Streams: one function a call, answers parsed by pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/aws/credentials.h"
#include "core/aws/endpoint.h"
#include "core/base/env.h"

namespace penstock {

struct ServiceAnswer {
  std::string body;     // JSON
  int64_t date_ms = 0;  // the Date header, Unix time; 0 where there was none
};

// Sends, and mends what can be mended without the caller: one retry with fresh credentials where they were
// refused, one with the service's clock where ours was (over TLS only, 24 h at most). All else is told.
class KinesisClient {
 public:
  using Answered = std::function<void(Result<ServiceAnswer>)>;

  // env outlives the client, the client its calls (or the transport is destroyed first).
  KinesisClient(Env& env, Endpoint endpoint, std::string profile, int64_t call_timeout_ms);

  // operation as in "PutRecords"; body is JSON. answered runs inside a later drive() of the transport.
  void call(std::string_view operation, std::string body, size_t max_answer_bytes, Answered answered);

 private:
  struct Call;
  void send(std::shared_ptr<Call> call);
  void receive(const std::shared_ptr<Call>& call, HttpResponse response);
  Status find_credentials_again();

  Env& env_;
  Endpoint endpoint_;
  std::string profile_;
  int64_t call_timeout_ms_;
  std::optional<Credentials> credentials_;
  int64_t clock_offset_ms_ = 0;
};

}  // namespace penstock
