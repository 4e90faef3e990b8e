#include "core/aws/service_client.h"

#include <utility>

#include "core/aws/aws_error.h"
#include "core/aws/signed_request.h"
#include "core/base/time.h"

namespace penstock {

void ServiceClient::call(std::string_view operation, std::string body, size_t max_answer_bytes,
                         Answered answered) {
  credentials_.get([this, name = std::string(operation), body = std::move(body), max_answer_bytes,
                    answered = std::move(answered)](const Result<Credentials>& found) mutable {
    if (!found.ok()) return answered(found.status());
    send(*found, name, std::move(body), max_answer_bytes, std::move(answered));
  });
}

void ServiceClient::send(const Credentials& credentials, const std::string& operation, std::string body,
                         size_t max_answer_bytes, Answered answered) {
  HttpRequest request = post_to(endpoint_);
  request.headers = {{"Content-Type", std::string(protocol_.content_type)},
                     {"X-Amz-Target", std::string(protocol_.target_prefix).append(operation)}};
  request.body = std::move(body);
  request.timeout_ms = call_timeout_ms_;
  request.max_answer_bytes = max_answer_bytes;
  sign(request, credentials, endpoint_, clock_.now_ms());
  env_.transport.start(std::move(request),
                       [this, operation, key = credentials.access_key_id, answered = std::move(answered)](
                           HttpResponse response) { answered(read(operation, key, std::move(response))); });
}

Result<ServiceAnswer> ServiceClient::read(const std::string& operation, const std::string& access_key_id,
                                          HttpResponse response) {
  if (!response.transport.ok()) return response.transport.in(operation);
  Status status = aws_status(operation, response);
  if (status.code() == Code::credentials) credentials_.refused(access_key_id);
  if (status.code() == Code::clock_skew) clock_.correct(response);
  if (!status.ok()) return status;
  return ServiceAnswer{std::move(response.body), parse_http_date(response.header("date")).value_or(0)};
}

}  // namespace penstock
