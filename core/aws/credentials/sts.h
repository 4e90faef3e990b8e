// The Security Token Service: keys of roles, for a while.
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
  std::string session_name;  // "": one is made of the time
  std::string external_id;   // "": none
  std::string duration_s;    // "": the service's own, an hour
};

// Not signed yet.
HttpRequest assume_role_request(const CredentialsContext& context, const Role& role);
// Needs no signature: the token is what proves who asks.
HttpRequest assume_role_with_web_identity_request(const CredentialsContext& context, const Role& role,
                                                  std::string_view token);

// The keys in the XML that both answer with; source is who they will be said to come from. A response over TLS
// that shows our clock to be wrong corrects it.
Result<Credentials> read_sts_response(const CredentialsContext& context, std::string_view operation,
                                      const std::string& source, const HttpResponse& response);

}  // namespace penstock::aws
