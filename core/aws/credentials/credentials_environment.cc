#include "core/aws/credentials/credentials_environment.h"

namespace penstock::aws {

namespace {

Result<Credentials> from_environment(Env& env) {
  Credentials keys;
  keys.access_key_id = env.variable("AWS_ACCESS_KEY_ID").value_or("");
  keys.secret_access_key = env.variable("AWS_SECRET_ACCESS_KEY").value_or("");
  const std::string old_token = env.variable("AWS_SECURITY_TOKEN").value_or("");
  const char* const token_name = old_token.empty() ? "AWS_SESSION_TOKEN" : "AWS_SECURITY_TOKEN";
  keys.session_token = env.variable(token_name).value_or("");
  keys.source = "environment";
  if (keys.access_key_id.empty() && keys.secret_access_key.empty())
    return Status(Code::not_found, "PS0216", "environment: AWS_ACCESS_KEY_ID is not set");
  if (keys.access_key_id.empty() || keys.secret_access_key.empty()) {
    // A user who set one of the two did not want credentials from another source.
    const std::string set = keys.access_key_id.empty() ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID";
    const std::string unset = keys.access_key_id.empty() ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
    return Status(Code::credentials, "PS0210",
                  "environment: " + set + " is set, but " + unset + " is not; set both or neither");
  }
  if (Status status = check_credentials(keys, {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", token_name});
      !status.ok())
    return status;
  return keys;
}

}  // namespace

void EnvironmentCredentials::find(const Done& done) { done(from_environment(env_)); }

}  // namespace penstock::aws
