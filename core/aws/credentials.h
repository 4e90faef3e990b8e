// Where the keys that sign requests come from.
#pragma once

#include <string>

#include "core/base/env.h"

namespace penstock {

// Never printed, logged or put into an error.
struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // empty: none
};

// The environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), else the profile in the
// shared credentials file (AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials). An empty profile means
// AWS_PROFILE, else "default"; a profile that is named goes before the environment, as in AWS's own tools,
// and nothing else is taken in its place. Asks anew each time. The error (Code::credentials) says what was tried
// and what each said, no secret in it.
Result<Credentials> find_credentials(Env& env, const std::string& profile);

}  // namespace penstock
