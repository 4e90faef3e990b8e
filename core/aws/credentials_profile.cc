#include "core/aws/credentials_profile.h"

#include <set>
#include <utility>

#include "core/aws/aws_profile.h"
#include "core/aws/credentials_assume_role.h"
#include "core/aws/credentials_container.h"
#include "core/aws/credentials_environment.h"
#include "core/aws/credentials_imds.h"
#include "core/aws/credentials_process.h"
#include "core/aws/credentials_web_identity.h"
#include "core/base/json.h"

namespace penstock {

namespace {

using Provider = std::unique_ptr<CredentialsProvider>;

// What was read already.
class FoundCredentials : public CredentialsProvider {
 public:
  explicit FoundCredentials(Credentials keys) : keys_(std::move(keys)) {}
  void find(const Found& found) override { found(keys_); }

 private:
  const Credentials keys_;
};

Result<Provider> provider_of_keys(const AwsProfile& profile, const std::string& where) {
  Credentials keys;
  keys.access_key_id = setting(profile, "aws_access_key_id");
  keys.secret_access_key = setting(profile, "aws_secret_access_key");
  keys.session_token = setting(profile, "aws_session_token");
  keys.source = where;
  if (Status status = check_credentials(keys, {"aws_access_key_id", "aws_secret_access_key", "aws_session_token"});
      !status.ok())
    return status;
  return Provider(std::make_unique<FoundCredentials>(std::move(keys)));
}

bool has_keys(const AwsProfile& profile) {
  return !setting(profile, "aws_access_key_id").empty() || !setting(profile, "aws_secret_access_key").empty();
}

// Follows a profile to what it means, through the profiles that it names.
class ProfileReader {
 public:
  ProfileReader(const CredentialsContext& context, const AwsProfiles& profiles)
      : context_(context), profiles_(profiles) {}

  // Code::not_found where the profile is missing, or has nothing of ours.
  Result<Provider> provider_of(const std::string& name) {
    const std::string where = "profile " + printable(name) + " of " + profiles_.paths();
    const AwsProfile* profile = profiles_.find(name);
    if (profile == nullptr) return Status(Code::not_found, where + ": there is none");
    if (!seen_.insert(name).second)
      return Status(Code::credentials, where + ": its source_profile leads back to it");
    if (!setting(*profile, "role_arn").empty()) return provider_of_role(name, *profile, where);
    if (has_keys(*profile)) return provider_of_keys(*profile, where);
    if (const std::string command = setting(*profile, "credential_process"); !command.empty())
      return Provider(std::make_unique<ProcessCredentials>(context_.env, where, command));
    if (!setting(*profile, "sso_session").empty() || !setting(*profile, "sso_start_url").empty())
      return Status(Code::credentials, where +
                                           ": it signs a person in (sso_...), which is not supported; use keys, "
                                           "role_arn or credential_process");
    return Status(Code::not_found, where + ": no aws_access_key_id, role_arn or credential_process");
  }

 private:
  Result<Provider> provider_of_role(const std::string& name, const AwsProfile& profile, const std::string& where) {
    const Role role = {setting(profile, "role_arn"), setting(profile, "role_session_name"),
                       setting(profile, "external_id"), setting(profile, "duration_seconds")};
    if (!setting(profile, "mfa_serial").empty())
      return Status(Code::credentials, where + ": mfa_serial asks for a person's code, which is not supported");
    if (const std::string file = setting(profile, "web_identity_token_file"); !file.empty())
      return Provider(std::make_unique<WebIdentityCredentials>(context_, WebIdentity{file, role}));
    Result<Provider> source = source_of(name, profile, where);
    if (!source.ok()) return Status(Code::credentials, source.status().message());
    return Provider(std::make_unique<AssumeRoleCredentials>(context_, role, std::move(*source)));
  }

  Result<Provider> source_of(const std::string& name, const AwsProfile& profile, const std::string& where) {
    const std::string from_profile = setting(profile, "source_profile");
    const std::string from_place = setting(profile, "credential_source");
    if (from_profile.empty() == from_place.empty())
      return Status(Code::credentials, where +
                                           ": with role_arn goes one of source_profile, credential_source and "
                                           "web_identity_token_file");
    if (from_profile == name) return provider_of_keys(profile, where);
    if (!from_profile.empty()) return provider_of(from_profile);
    if (from_place == "Environment") return Provider(std::make_unique<EnvironmentCredentials>(context_.env));
    if (from_place == "EcsContainer") return Provider(std::make_unique<ContainerCredentials>(context_.env));
    if (from_place == "Ec2InstanceMetadata") return Provider(std::make_unique<ImdsCredentials>(context_));
    return Status(Code::credentials, where + ": credential_source is " + printable(from_place) +
                                         ", but must be Environment, EcsContainer or Ec2InstanceMetadata");
  }

  const CredentialsContext& context_;
  const AwsProfiles& profiles_;
  std::set<std::string> seen_;
};

}  // namespace

void ProfileCredentials::find(const Found& found) {
  const bool by_name = !profile_.empty() || !context_.env.variable("AWS_PROFILE").value_or("").empty();
  const Code absent = by_name ? Code::credentials : Code::not_found;
  const std::string name = profile_.empty() ? AwsProfiles::usual_name(context_.env) : profile_;
  const Result<AwsProfiles> profiles = AwsProfiles::read(context_.env);
  if (!profiles.ok()) return found(Status(absent, profiles.status().message()));
  Result<Provider> meant = ProfileReader(context_, *profiles).provider_of(name);
  if (!meant.ok()) {
    const Status& status = meant.status();
    return found(Status(status.code() == Code::not_found ? absent : status.code(), status.message()));
  }
  meant_ = std::move(*meant);
  meant_->find(found);
}

}  // namespace penstock
