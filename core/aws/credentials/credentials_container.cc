#include "core/aws/credentials/credentials_container.h"

#include <utility>

#include "base/json_reader.h"
#include "base/text.h"
#include "core/aws/credentials/credentials_json.h"
#include "core/aws/credentials/metadata_call.h"
#include "core/aws/credentials/token_file.h"

namespace penstock::aws {

namespace {

constexpr const char* kSource = "container";

// Returns "" if neither variable is set.
std::string url_of(Env& env) {
  constexpr const char* kEcsAgent = "http://169.254.170.2";
  const std::string relative = env.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").value_or("");
  if (!relative.empty()) return kEcsAgent + (relative.front() == '/' ? relative : "/" + relative);
  return env.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI").value_or("");
}

// Returns "" if no token is set.
Result<std::string> token_of(Env& env) {
  const std::string path = env.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").value_or("");
  if (!path.empty()) return read_token_file(env, path);
  return std::string(trim(env.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("")));
}

Result<Credentials> read(const HttpResponse& response) {
  if (!response.transport.ok()) return response.transport.in(kSource);
  if (response.http_status == 200) return read_credentials_json(response.body, kSource, "Token");
  std::string message =
      std::string(kSource) + ": the credentials endpoint returned HTTP " + std::to_string(response.http_status);
  if (const auto members = outermost_members(response.body))
    for (const char* name : {"code", "message"})
      if (const auto found = members->find(name); found != members->end())
        message += ": " + printable(found->second);
  return Status(response.http_status >= 500 ? Code::transient : Code::credentials, "PS0214", message);
}

}  // namespace

void ContainerCredentials::find(const Done& done) {
  const std::string url = url_of(env_);
  if (url.empty())
    return done(Status(Code::not_found, "PS0215",
                       "container: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor "
                       "AWS_CONTAINER_CREDENTIALS_FULL_URI is set"));
  const Result<std::string> token = token_of(env_);
  if (!token.ok()) return done(token.status().in(kSource));
  HttpRequest request = metadata_request("GET", url);
  request.headers = {{"Accept", "application/json"}};
  if (!token->empty()) request.headers.emplace_back("Authorization", *token);
  env_.transport.start(std::move(request),
                       done.then([](const Done& next, const HttpResponse& response) { next(read(response)); }));
}

}  // namespace penstock::aws
