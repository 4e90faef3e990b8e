#include "core/aws/service_client.h"

#include <new>
#include <string>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "core/aws/aws_error.h"
#include "core/aws/signed_request.h"

namespace penstock::aws {

namespace {
constexpr size_t kUsualLogBytes = 120;  // of a line that says how a call ended
}

void ServiceClient::call(std::string_view operation, std::string body, size_t max_response_bytes, Done done) {
  CallCompletion::start(std::move(done), [&](const CallCompletion& completion) {
    const auto call =
        std::make_shared<Call>(Call{metrics_.of(operation), std::move(body), max_response_bytes, {}, 0, 0});
    credentials_.get(completion.then([this, call](const CallCompletion& next, const Result<Credentials>& found) {
      if (!found.ok()) return next(found.status());
      send(*found, call, next);
    }));
  });
}

void ServiceClient::send(const Credentials& credentials, const std::shared_ptr<Call>& call,
                         const CallCompletion& completion) {
  HttpRequest request = post_to(endpoint_);
  request.headers = {{"Content-Type", std::string(protocol_.content_type)},
                     {"X-Amz-Target", std::string(protocol_.target_prefix).append(call->operation.name)}};
  request.body = std::move(call->body);
  request.timeout_ms = call_timeout_ms_;
  request.max_response_bytes = call->max_response_bytes;
  sign(request, credentials, endpoint_, clock_.now_ms(), signing_key_);
  call->access_key_id = credentials.access_key_id;
  call->sent_bytes = request.body.size();
  call->sent_ms = env_.clock.monotonic_ms();
  env_.transport.start(std::move(request),
                       completion.then([this, call](const CallCompletion& next, HttpResponse response) {
                         log(*call, response);
                         next(read(*call, std::move(response)));
                       }));
}

void ServiceClient::log(const Call& call, const HttpResponse& response) const {
  try {
    std::string line;
    line.reserve(kUsualLogBytes);
    line += call.operation.name;
    if (response.transport.ok())
      line += ": HTTP " + std::to_string(response.http_status);
    else
      line += ": no response: " + response.transport.message();
    if (response.http_status >= 400) line += " " + printable(aws_error_code(response), 100);
    line.append("; ").append(std::to_string(env_.clock.monotonic_ms() - call.sent_ms));
    line.append(" ms, sent ").append(std::to_string(call.sent_bytes));
    line.append(" bytes, received ").append(std::to_string(response.body.size())).append(" bytes");
    env_.log(LogLevel::debug, line);
  } catch (const std::bad_alloc&) {  // must not become the outcome of the call
  }
}

Result<ServiceResponse> ServiceClient::read(const Call& call, HttpResponse response) {
  CallMetrics::Operation& operation = call.operation;
  operation.durations_ms.observe(env_.clock.monotonic_ms() - call.sent_ms);
  if (!response.transport.ok()) {
    const bool is_too_large = response.transport.code() == Code::too_large;
    operation.errors.add(is_too_large ? ErrorCounts::kTooLarge : ErrorCounts::kNoResponse);
    return response.transport.in(operation.name);
  }
  Status status = aws_status(operation.name, response);
  if (!status.ok()) operation.errors.add(aws_error_code(response));
  if (status.code() == Code::credentials) credentials_.on_rejected(call.access_key_id);
  if (status.code() == Code::clock_skew) clock_.correct(response);
  if (!status.ok()) return status;
  return ServiceResponse{std::move(response.body), parse_http_date(response.header("date")).value_or(0),
                         std::move(response.request_body)};
}

}  // namespace penstock::aws
