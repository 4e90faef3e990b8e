#include "core/kinesis/client.h"

#include <cstdlib>
#include <utility>
#include <vector>

#include "core/aws/aws_error.h"
#include "core/aws/sigv4.h"
#include "core/base/crypto.h"
#include "core/base/time.h"

namespace penstock {

namespace {
constexpr std::string_view kTargetPrefix = "Kinesis_20131202.";
constexpr int64_t kLargestSkewMs = int64_t{24} * 3600 * 1000;
}  // namespace

void KinesisClient::call(std::string_view operation, std::string body, size_t max_answer_bytes,
                         Answered answered) {
  if (!credentials_) {
    Result<Credentials> found = find_credentials(env_, profile_);
    if (!found.ok()) return answered(found.status());
    credentials_ = std::move(*found);
  }
  const std::string date_time = sigv4::amz_date(env_.clock.wall_ms() + clock_offset_ms_);
  std::vector<std::pair<std::string, std::string>> headers = {
      {"Content-Type", "application/x-amz-json-1.1"},
      {"X-Amz-Date", date_time},
      {"X-Amz-Target", std::string(kTargetPrefix).append(operation)},
  };
  if (!credentials_->session_token.empty())
    headers.emplace_back("X-Amz-Security-Token", credentials_->session_token);
  sigv4::Request signed_request;
  signed_request.method = "POST";
  signed_request.path = "/";
  signed_request.headers = headers;
  signed_request.headers.emplace_back("Host", endpoint_.host);  // which the transport sends
  const std::string payload_hash = hex(sha256(body));
  signed_request.payload_sha256_hex = payload_hash;
  headers.emplace_back(
      "Authorization",
      sigv4::authorization(*credentials_, {date_time, endpoint_.region, endpoint_.service}, signed_request));

  HttpRequest request;
  request.method = "POST";
  request.url = endpoint_.url + "/";
  request.headers = std::move(headers);
  request.body = std::move(body);
  request.timeout_ms = call_timeout_ms_;
  request.max_answer_bytes = max_answer_bytes;
  env_.transport.start(std::move(request),
                       [this, name = std::string(operation), answered = std::move(answered)](
                           HttpResponse response) { answered(read(name, std::move(response))); });
}

Result<ServiceAnswer> KinesisClient::read(const std::string& operation, HttpResponse response) {
  if (!response.transport.ok()) return response.transport.in(operation);
  const int64_t date_ms = parse_http_date(response.header("date")).value_or(0);
  Status status = aws_status(operation, response);
  if (status.ok()) return ServiceAnswer{std::move(response.body), date_ms};
  if (status.code() == Code::credentials) credentials_.reset();
  if (status.code() == Code::clock_skew && response.over_tls && date_ms != 0) {
    const int64_t offset_ms = date_ms - env_.clock.wall_ms();
    if (std::llabs(offset_ms) <= kLargestSkewMs) clock_offset_ms_ = offset_ms;
  }
  return status;
}

}  // namespace penstock
