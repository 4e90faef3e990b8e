// The default sequence of credentials sources.
#pragma once

#include <memory>
#include <string>

#include "core/aws/credentials.h"
#include "core/aws/credentials/credentials_context.h"
#include "core/aws/credentials/sts.h"

namespace penstock::aws {

// Returns a provider that tries the sources in the order of AWS's tools
// (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html): environment, shared files and
// web identity (credentials_profile.h), container, instance metadata. If profile is not "", only that profile of
// the shared files is used. If role has an ARN, the role is assumed with these credentials. context outlives the
// provider.
std::unique_ptr<CredentialsProvider> default_credentials(const CredentialsContext& context,
                                                         const std::string& profile, const Role& role);

}  // namespace penstock::aws
