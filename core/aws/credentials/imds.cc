#include "core/aws/credentials/imds.h"

#include <utility>

#include "base/text.h"
#include "core/aws/credentials/metadata_call.h"

namespace penstock::aws {

namespace {

constexpr const char* kTokenSeconds = "60";  // enough for the few calls of one lookup

std::string url_of(Env& env) {
  std::string url = env.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or("");
  if (url.ends_with('/')) url.pop_back();
  if (!url.empty()) return url;
  const std::string mode = lower_case(env.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE").value_or(""));
  return mode == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
}

// Returns the error for a failed call. The service responds to every request with HTTP 403 if HttpEndpoint is off:
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html
Status call_error(const std::string& what, const HttpResponse& response) {
  if (!response.transport.ok()) return response.transport;
  if (response.http_status == 403)
    return {Code::permanent, "PS0240",
            what +
                ": HTTP 403: instance metadata is turned off; set the instance's HttpEndpoint to enabled, or use "
                "other credentials"};
  Code code = response.http_status >= 500 ? Code::transient : Code::permanent;
  if (response.http_status == 404) code = Code::not_found;
  return {code, "PS0296", what + ": HTTP " + std::to_string(response.http_status)};
}

}  // namespace

Imds::Imds(Env& env, bool v1_fallback) : env_(env), v1_fallback_(v1_fallback), url_(url_of(env)) {}

void Imds::get(std::string path, const Done& done) {
  if (lower_case(env_.variable("AWS_EC2_METADATA_DISABLED").value_or("")) == "true")
    return done(Status(Code::config, "PS0241", "turned off by AWS_EC2_METADATA_DISABLED"));
  get_token(std::move(path), done);
}

void Imds::get_token(std::string path, const Done& done) {
  HttpRequest request = metadata_request("PUT", url_ + "/latest/api/token");
  request.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", kTokenSeconds}};
  env_.transport.start(std::move(request),
                       done.then([this, path = std::move(path)](const Done& next, const HttpResponse& response) {
                         if (response.transport.ok() && response.http_status == 200)
                           return get_with(path, response.body, next);
                         const int status = response.http_status;
                         const bool is_v1_only = status == 404 || status == 405;
                         if ((is_v1_only || status == 403) && v1_fallback_) return get_with(path, "", next);
                         if (is_v1_only)
                           return next(Status(Code::permanent, "PS0242",
                                              "IMDSv2 is not supported: HTTP " + std::to_string(status) +
                                                  " for a token request; set imds_v1_fallback on to use IMDSv1"));
                         next(call_error("token request", response));
                       }));
}

void Imds::get_with(std::string path, const std::string& token, const Done& done) {
  HttpRequest request = metadata_request("GET", url_ + path);
  if (!token.empty()) request.headers = {{"X-aws-ec2-metadata-token", token}};
  env_.transport.start(std::move(request),
                       done.then([path = std::move(path)](const Done& next, HttpResponse response) {
                         if (response.transport.ok() && response.http_status == 200)
                           return next(std::move(response.body));
                         next(call_error(printable(path), response));
                       }));
}

}  // namespace penstock::aws
