// Signed calls to one region's endpoint of a service that uses AWS's JSON protocol.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html (and aws-json-1_0)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/completion.h"
#include "core/aws/call_metrics.h"
#include "core/aws/credentials_cache.h"
#include "core/aws/endpoint.h"
#include "core/aws/service_clock.h"
#include "core/aws/sigv4.h"
#include "core/env.h"

namespace penstock::aws {

// The protocol variant of a service.
struct JsonProtocol {
  std::string_view target_prefix;  // prefix of the operation in X-Amz-Target
  std::string_view content_type;
};
inline constexpr JsonProtocol kKinesisProtocol = {"Kinesis_20131202.", "application/x-amz-json-1.1"};
inline constexpr JsonProtocol kDynamoDbProtocol = {"DynamoDB_20120810.", "application/x-amz-json-1.0"};

struct ServiceResponse {
  std::string body;               // JSON
  int64_t date_ms = 0;            // Date header, Unix time; 0 if missing
  std::string request_body = {};  // returned for reuse of its memory; "" if the transport keeps it
};

// A client that sends each call once and passes on its result; retries are the caller's job. If the service
// rejects the credentials or the clock, the next call uses newly fetched credentials, or the service's time (taken
// from its Date header over TLS only, with an offset of at most 24 h), so the caller's retry can succeed. Logs
// each call at debug level: operation, outcome, time, and sizes, but never what is in it.
class ServiceClient {
 public:
  using Done = Completion<ServiceResponse>::Callback;

  // env, credentials, clock, and metrics outlive the client. The client must outlive the transport.
  ServiceClient(Env& env, JsonProtocol protocol, Endpoint endpoint, CredentialsCache& credentials,
                ServiceClock& clock, CallMetrics& metrics, int64_t call_timeout_ms)
      : env_(env),
        protocol_(protocol),
        endpoint_(std::move(endpoint)),
        credentials_(credentials),
        clock_(clock),
        metrics_(metrics),
        call_timeout_ms_(call_timeout_ms) {}

  // Starts a call. operation is a name such as "PutRecords"; body is JSON. done runs once: in a later drive() of
  // the transport, or in call() if credentials cannot be found or memory is exhausted. The call first waits for
  // credentials if necessary. call() throws only what done throws.
  void call(std::string_view operation, std::string body, size_t max_response_bytes, Done done);

  const std::string& region() const { return endpoint_.region; }

 private:
  struct Call {
    CallMetrics::Operation& operation;
    std::string body;
    size_t max_response_bytes;
    std::string access_key_id;
    size_t sent_bytes;
    int64_t sent_ms;  // monotonic
  };
  using CallCompletion = Completion<ServiceResponse>;
  void send(const Credentials& credentials, const std::shared_ptr<Call>& call, const CallCompletion& completion);
  void log(const Call& call, const HttpResponse& response) const;
  Result<ServiceResponse> read(const Call& call, HttpResponse response);

  Env& env_;
  JsonProtocol protocol_;
  Endpoint endpoint_;
  sigv4::SigningKey signing_key_;
  CredentialsCache& credentials_;
  ServiceClock& clock_;
  CallMetrics& metrics_;
  int64_t call_timeout_ms_;
};

}  // namespace penstock::aws
