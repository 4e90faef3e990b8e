#include "core/aws/credentials/credentials_web_identity.h"

#include <utility>

#include "base/text.h"
#include "core/aws/credentials/token_file.h"

namespace penstock::aws {

WebIdentity web_identity_of_environment(Env& env) {
  WebIdentity identity;
  identity.token_file = env.variable("AWS_WEB_IDENTITY_TOKEN_FILE").value_or("");
  identity.role.arn = env.variable("AWS_ROLE_ARN").value_or("");
  identity.role.session_name = env.variable("AWS_ROLE_SESSION_NAME").value_or("");
  return identity;
}

void WebIdentityCredentials::find(const Done& done) {
  if (identity_.role.arn.empty())
    return done(Status(Code::credentials, "PS0239",
                       "web identity: the token file " + printable(identity_.token_file) +
                           " is set, but no role; set AWS_ROLE_ARN, or role_arn in the profile"));
  const Result<std::string> token = read_token_file(context_.env, identity_.token_file);
  if (!token.ok()) return done(token.status().in("web identity"));
  context_.env.transport.start(assume_role_with_web_identity_request(context_, identity_.role, *token),
                               done.then([this](const Done& next, const HttpResponse& response) {
                                 const std::string source = "web identity, role " + printable(identity_.role.arn);
                                 next(read_sts_response(context_, "AssumeRoleWithWebIdentity", source, response));
                               }));
}

}  // namespace penstock::aws
