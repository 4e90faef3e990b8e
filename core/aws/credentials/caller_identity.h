// Asks STS which identity credentials belong to.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
#pragma once

#include "base/completion.h"
#include "core/aws/credentials/credentials_context.h"
#include "core/aws/credentials/sts.h"
#include "core/aws/credentials_cache.h"

namespace penstock::aws {

// Calls GetCallerIdentity, which needs no permission. context and credentials outlive the call.
void get_caller_identity(const CredentialsContext& context, CredentialsCache& credentials,
                         Completion<CallerIdentity>::Callback done);

}  // namespace penstock::aws
