#include "core/aws/service_client.h"

#include <utility>

#include "core/aws/aws_error.h"
#include "core/aws/signed_request.h"
#include "core/base/time.h"

namespace penstock {

void ServiceClient::call(std::string_view operation, std::string body, size_t max_answer_bytes,
                         Answered answered) {
  std::shared_ptr<Call> call;
  CredentialsCache::Got got;
  Status begun = or_out_of_memory([&] {
    call = std::make_shared<Call>();
    call->operation = operation;
    got = [this, call](const Result<Credentials>& found) {
      Status sent = or_out_of_memory([&] { return found.ok() ? send(*found, call) : found.status(); });
      if (!sent.ok()) call->answered(std::move(sent));
    };
    return Status();
  });
  if (!begun.ok()) return answered(std::move(begun));
  call->body = std::move(body);
  call->max_answer_bytes = max_answer_bytes;
  call->answered = std::move(answered);
  credentials_.get(std::move(got));
}

Status ServiceClient::send(const Credentials& credentials, const std::shared_ptr<Call>& call) {
  HttpRequest request = post_to(endpoint_);
  request.headers = {{"Content-Type", std::string(protocol_.content_type)},
                     {"X-Amz-Target", std::string(protocol_.target_prefix).append(call->operation)}};
  request.body = std::move(call->body);
  request.timeout_ms = call_timeout_ms_;
  request.max_answer_bytes = call->max_answer_bytes;
  sign(request, credentials, endpoint_, clock_.now_ms());
  call->access_key_id = credentials.access_key_id;
  env_.transport.start(std::move(request), [this, call](HttpResponse response) {
    call->answered(or_out_of_memory([&] { return read(*call, std::move(response)); }));
  });
  return {};
}

Result<ServiceAnswer> ServiceClient::read(const Call& call, HttpResponse response) {
  if (!response.transport.ok()) return response.transport.in(call.operation);
  Status status = aws_status(call.operation, response);
  if (status.code() == Code::credentials) credentials_.refused(call.access_key_id);
  if (status.code() == Code::clock_skew) clock_.correct(response);
  if (!status.ok()) return status;
  return ServiceAnswer{std::move(response.body), parse_http_date(response.header("date")).value_or(0)};
}

}  // namespace penstock
