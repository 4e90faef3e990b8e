#include "core/aws/credentials/credentials_imds.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "core/aws/credentials/credentials_json.h"

namespace penstock::aws {

namespace {

constexpr const char* kSource = "instance metadata";
constexpr const char* kPath = "/latest/meta-data/iam/security-credentials/";
constexpr int64_t kMinuteMs = 60'000;

// Returns whether text is a valid role name, which is used in a path:
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
bool is_role_name(std::string_view text) {
  const auto allowed = [](char c) {
    return is_alphanumeric(c) || std::string_view("_+=,.@-").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), allowed);
}

}  // namespace

void ImdsCredentials::find(const Done& done) {
  imds_.get(kPath, done.then([this](const Done& next, const Result<std::string>& response) {
    if (!response.ok() && response.status().code() == Code::not_found)
      return next(Status(Code::credentials, "PS0218",
                         std::string(kSource) + ": the instance has no role; attach an instance profile to it"));
    if (!response.ok()) return next(response.status().in(kSource));
    const std::string role(trim(response->substr(0, response->find('\n'))));
    if (!is_role_name(role))
      return next(Status(Code::credentials, "PS0222",
                         std::string(kSource) + ": unexpected response: '" + printable(role) +
                             "' is not a role name, which has 1 to 64 letters, digits and _+=,.@-"));
    get_keys(role, next);
  }));
}

void ImdsCredentials::get_keys(const std::string& role, const Done& done) {
  imds_.get(kPath + role, done.then([this, role](const Done& next, const Result<std::string>& response) {
    next(read(role, response));
  }));
}

Result<Credentials> ImdsCredentials::read(const std::string& role, const Result<std::string>& response) {
  if (!response.ok()) return response.status().in(kSource).with_code(Code::credentials);
  Result<Credentials> keys = read_credentials_json(*response, std::string(kSource) + ", role " + role, "Token");
  if (!keys.ok()) return keys;
  if (keys->expires_at_ms > context_.clock.now_ms()) {
    if (std::exchange(expired_logged_, false))
      context_.env.log(LogLevel::info, keys->source + ": returns valid credentials again");
    return keys;
  }
  expired_logged_ = true;
  context_.env.warn("PS0221", keys->source +
                                  ": returns credentials that have expired; using them, and retrying in 5 to 10 "
                                  "minutes");
  const auto random_ms = static_cast<int64_t>(context_.env.random.next() % uint64_t{5 * kMinuteMs + 1});
  // The cache refreshes at most 10 minutes before expiration, and after at least half of the lifetime: here, after
  // at least 5 minutes.
  keys->expires_at_ms = context_.clock.now_ms() + 10 * kMinuteMs + random_ms;
  return keys;
}

}  // namespace penstock::aws
