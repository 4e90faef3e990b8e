#include "core/aws/credentials/default_credentials.h"

#include <utility>
#include <vector>

#include "core/aws/credentials/credentials_assume_role.h"
#include "core/aws/credentials/credentials_chain.h"
#include "core/aws/credentials/credentials_container.h"
#include "core/aws/credentials/credentials_environment.h"
#include "core/aws/credentials/credentials_imds.h"
#include "core/aws/credentials/credentials_profile.h"

namespace penstock::aws {

std::unique_ptr<CredentialsProvider> default_credentials(const CredentialsContext& context,
                                                         const std::string& profile, const Role& role) {
  std::vector<std::unique_ptr<CredentialsProvider>> providers;
  if (!profile.empty()) {
    providers.push_back(std::make_unique<ProfileCredentials>(context, profile));
  } else {
    providers.push_back(std::make_unique<EnvironmentCredentials>(context.env));
    providers.push_back(std::make_unique<ProfileCredentials>(context, ""));
    providers.push_back(std::make_unique<ContainerCredentials>(context.env));
    providers.push_back(std::make_unique<ImdsCredentials>(context));
  }
  auto chain = std::make_unique<CredentialsChain>(std::move(providers));
  if (role.arn.empty()) return chain;
  return std::make_unique<AssumeRoleCredentials>(context, role, std::move(chain));
}

}  // namespace penstock::aws
