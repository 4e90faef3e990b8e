// Where credentials are looked for.
#pragma once

#include <memory>
#include <string>

#include "core/aws/credentials.h"

namespace penstock {

// The providers in the order of AWS's own tools
// (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html): environment, shared files. With
// a profile, that one of the shared files alone. env outlives it.
std::unique_ptr<CredentialsProvider> default_credentials(Env& env, const std::string& profile);

}  // namespace penstock
