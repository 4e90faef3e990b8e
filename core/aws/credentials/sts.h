// The Security Token Service, which issues temporary credentials for roles.
// https://docs.aws.amazon.com/STS/latest/APIReference/
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/aws/credentials.h"
#include "core/aws/credentials/credentials_context.h"
#include "core/env.h"

namespace penstock::aws {

struct Role {
  std::string arn;
  std::string session_name;  // "": generated from the time
  std::string external_id;   // "" if not used
  std::string duration_s;    // seconds; "": the service's default, 1 hour
};

// The identity that credentials belong to.
struct CallerIdentity {
  std::string arn;  // such as "arn:aws:sts::111122223333:assumed-role/reader/i-0abc"
  std::string account;
};

// Return an unsigned request.
HttpRequest get_caller_identity_request(const CredentialsContext& context);
HttpRequest assume_role_request(const CredentialsContext& context, const Role& role);
// Returns a request that needs no signature, because the token authenticates the caller.
HttpRequest assume_role_with_web_identity_request(const CredentialsContext& context, const Role& role,
                                                  std::string_view token);

// Parses the credentials in the XML response of either call; source is stored as their origin. If a response over
// TLS shows that our clock is wrong, corrects it.
Result<Credentials> read_sts_response(const CredentialsContext& context, std::string_view operation,
                                      const std::string& source, const HttpResponse& response);

// Parses the response to GetCallerIdentity.
Result<CallerIdentity> read_caller_identity(const CredentialsContext& context, const HttpResponse& response);

}  // namespace penstock::aws
