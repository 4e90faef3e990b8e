// Signed calls to one region's endpoint of a service that speaks AWS's JSON protocol.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html (and aws-json-1_0)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/completion.h"
#include "core/aws/credentials_cache.h"
#include "core/aws/endpoint.h"
#include "core/aws/service_clock.h"
#include "core/env.h"

namespace penstock::aws {

// How a service wants to be spoken to.
struct JsonProtocol {
  std::string_view target_prefix;  // before the operation in X-Amz-Target
  std::string_view content_type;
};
inline constexpr JsonProtocol kKinesisProtocol = {"Kinesis_20131202.", "application/x-amz-json-1.1"};
inline constexpr JsonProtocol kDynamoDbProtocol = {"DynamoDB_20120810.", "application/x-amz-json-1.0"};

struct ServiceResponse {
  std::string body;     // JSON
  int64_t date_ms = 0;  // the Date header, Unix time; 0 where there was none
};

// Sends each call once and tells its outcome; trying again is the caller's. Where the service refused our
// credentials or our clock, the next call goes out with credentials found anew, or with the service's time (taken
// from its Date header over TLS only, 24 h at most), so that the caller's next try mends it.
class ServiceClient {
 public:
  using Done = Completion<ServiceResponse>::Callback;

  // env, credentials and clock outlive the client; the client lives until the transport is destroyed.
  ServiceClient(Env& env, JsonProtocol protocol, Endpoint endpoint, CredentialsCache& credentials,
                ServiceClock& clock, int64_t call_timeout_ms)
      : env_(env),
        protocol_(protocol),
        endpoint_(std::move(endpoint)),
        credentials_(credentials),
        clock_(clock),
        call_timeout_ms_(call_timeout_ms) {}

  // operation as in "PutRecords"; body is JSON. answered runs once: inside a later drive() of the transport, or
  // inside call() where no credentials are found, or no memory for it. A call that needs credentials first waits
  // for them. Only what answered throws leaves call().
  void call(std::string_view operation, std::string body, size_t max_response_bytes, Done done);

  const std::string& region() const { return endpoint_.region; }

 private:
  struct Call {
    std::string operation;
    std::string body;
    size_t max_response_bytes;
    std::string access_key_id;
  };
  using CallCompletion = Completion<ServiceResponse>;
  void send(const Credentials& credentials, const std::shared_ptr<Call>& call, const CallCompletion& completion);
  Result<ServiceResponse> read(const Call& call, HttpResponse response);

  Env& env_;
  JsonProtocol protocol_;
  Endpoint endpoint_;
  CredentialsCache& credentials_;
  ServiceClock& clock_;
  int64_t call_timeout_ms_;
};

}  // namespace penstock::aws
