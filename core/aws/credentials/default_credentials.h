// Where credentials are looked for.
#pragma once

#include <memory>
#include <string>

#include "core/aws/credentials.h"
#include "core/aws/credentials/credentials_context.h"
#include "core/aws/credentials/sts.h"

namespace penstock::aws {

// The providers in the order of AWS's own tools
// (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html): environment, shared files and
// web identity (by credentials_profile.h), container, instance metadata. With a profile, that one of the shared
// files alone. Where role has an ARN, what they bring assumes it. context outlives it.
std::unique_ptr<CredentialsProvider> default_credentials(const CredentialsContext& context,
                                                         const std::string& profile, const Role& role);

}  // namespace penstock::aws
