#include "core/aws/default_credentials.h"

#include <utility>
#include <vector>

#include "core/aws/credentials_chain.h"
#include "core/aws/credentials_environment.h"
#include "core/aws/credentials_profile.h"

namespace penstock {

std::unique_ptr<CredentialsProvider> default_credentials(Env& env, const std::string& profile) {
  std::vector<std::unique_ptr<CredentialsProvider>> providers;
  if (profile.empty()) providers.push_back(std::make_unique<EnvironmentCredentials>(env));
  providers.push_back(std::make_unique<ProfileCredentials>(env, profile));
  return std::make_unique<CredentialsChain>(std::move(providers));
}

}  // namespace penstock
