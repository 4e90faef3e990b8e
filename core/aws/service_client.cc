#include "core/aws/service_client.h"

#include <utility>

#include "base/time.h"
#include "core/aws/aws_error.h"
#include "core/aws/signed_request.h"

namespace penstock::aws {

void ServiceClient::call(std::string_view operation, std::string body, size_t max_response_bytes, Done done) {
  CallCompletion::start(std::move(done), [&](const CallCompletion& completion) {
    const auto call = std::make_shared<Call>();
    call->operation = operation;
    call->body = std::move(body);
    call->max_response_bytes = max_response_bytes;
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
                     {"X-Amz-Target", std::string(protocol_.target_prefix).append(call->operation)}};
  request.body = std::move(call->body);
  request.timeout_ms = call_timeout_ms_;
  request.max_response_bytes = call->max_response_bytes;
  sign(request, credentials, endpoint_, clock_.now_ms());
  call->access_key_id = credentials.access_key_id;
  env_.transport.start(std::move(request),
                       completion.then([this, call](const CallCompletion& next, HttpResponse response) {
                         next(read(*call, std::move(response)));
                       }));
}

Result<ServiceResponse> ServiceClient::read(const Call& call, HttpResponse response) {
  if (!response.transport.ok()) return response.transport.in(call.operation);
  Status status = aws_status(call.operation, response);
  if (status.code() == Code::credentials) credentials_.on_rejected(call.access_key_id);
  if (status.code() == Code::clock_skew) clock_.correct(response);
  if (!status.ok()) return status;
  return ServiceResponse{std::move(response.body), parse_http_date(response.header("date")).value_or(0)};
}

}  // namespace penstock::aws
