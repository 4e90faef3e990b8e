#include "core/aws/credentials/credentials_profile.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <utility>

#include "base/text.h"
#include "core/aws/aws_profile.h"
#include "core/aws/credentials/credentials_assume_role.h"
#include "core/aws/credentials/credentials_container.h"
#include "core/aws/credentials/credentials_environment.h"
#include "core/aws/credentials/credentials_imds.h"
#include "core/aws/credentials/credentials_process.h"
#include "core/aws/credentials/credentials_web_identity.h"

namespace penstock::aws {

namespace {

using Provider = std::unique_ptr<CredentialsProvider>;

// A provider of credentials that are already known.
class FoundCredentials : public CredentialsProvider {
 public:
  explicit FoundCredentials(Credentials keys) : keys_(std::move(keys)) {}
  void find(const Done& done) override { done(keys_); }

 private:
  const Credentials keys_;
};

// Returns a provider of the keys in one file, which must have both of them.
Result<Provider> provider_of_keys(const IniSettings& settings, const std::string& where) {
  const auto value = [&settings](std::string_view name) {
    const auto found = settings.find(name);
    return found == settings.end() ? "" : found->second.value;
  };
  Credentials keys;
  keys.access_key_id = value("aws_access_key_id");
  keys.secret_access_key = value("aws_secret_access_key");
  const bool old_name = settings.contains("aws_security_token");
  const char* const token_name = old_name ? "aws_security_token" : "aws_session_token";
  keys.session_token = value(token_name);
  keys.source = where;
  if (Status status = check_credentials(keys, {"aws_access_key_id", "aws_secret_access_key", token_name});
      !status.ok())
    return status;
  return Provider(std::make_unique<FoundCredentials>(std::move(keys)));
}

bool has_any(const AwsProfile& profile, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&profile](std::string_view name) { return profile.has(name); });
}

bool has_keys(const AwsProfile& profile) {
  return has_any(profile, {"aws_access_key_id", "aws_secret_access_key"});
}

bool has_role(const AwsProfile& profile) {
  return profile.has("role_arn") && !profile.has("web_identity_token_file");
}

// A reader that resolves a profile to a provider, through the profiles that it refers to.
class ProfileReader {
 public:
  ProfileReader(const CredentialsContext& context, const AwsProfiles& profiles)
      : context_(context), profiles_(profiles) {}

  // Returns the provider for a profile, which may be missing. Code::not_found if it configures no credentials.
  // Members of from_environment, a web identity, take precedence over the profile's settings.
  Result<Provider> provider_of(const std::string& name, const WebIdentity& from_environment) {
    const AwsProfile none;
    const AwsProfile* const found = profiles_.find(name);
    const AwsProfile& profile = found == nullptr ? none : *found;
    seen_.insert(name);
    if (has_role(profile)) return provider_of_role(name, profile);
    Result<Provider> provider = provider_of(name, profile, from_environment);
    if (provider.ok() || provider.status().code() != Code::not_found) return provider;
    if (found == nullptr) return profiles_.missing(name);
    const Status misread = profiles_.check_misread(name);
    return misread.ok() ? std::move(provider) : Result<Provider>(misread);
  }

 private:
  std::string where(const std::string& name) const {
    return "profile " + printable(name) + " in " + profiles_.paths();
  }

  // Handles all sources except role_arn.
  Result<Provider> provider_of(const std::string& name, const AwsProfile& profile,
                               const WebIdentity& from_environment) {
    WebIdentity identity = from_environment;
    if (identity.token_file.empty()) {
      identity.token_file = profile.text("web_identity_token_file");
      identity.role.duration_s = profile.text("duration_seconds");
    }
    if (!identity.token_file.empty()) {
      if (identity.role.arn.empty()) identity.role.arn = profile.text("role_arn");
      if (identity.role.session_name.empty()) identity.role.session_name = profile.text("role_session_name");
      return Provider(std::make_unique<WebIdentityCredentials>(context_, std::move(identity)));
    }
    if (has_any(profile, {"sso_account_id", "sso_role_name"})) return unsupported_sign_in(name);
    if (profile.in_credentials.contains("aws_access_key_id"))
      return provider_of_keys(profile.in_credentials, where(name));
    if (profile.has("login_session")) return unsupported_sign_in(name);
    if (profile.has("credential_process"))
      return Provider(
          std::make_unique<ProcessCredentials>(context_.env, where(name), profile.text("credential_process")));
    if (profile.in_config.contains("aws_access_key_id")) return provider_of_keys(profile.in_config, where(name));
    if (has_keys(profile))
      return provider_of_keys(profile.settings,
                              where(name));  // only one of the two keys is set, which is an error
    if (has_any(profile, {"sso_session", "sso_start_url"})) return unsupported_sign_in(name);
    if (has_any(profile, {"source_profile", "credential_source"}))
      return Status(Code::credentials, "PS0229",
                    where(name) + ": source_profile and credential_source require role_arn; add it");
    return Status(
        Code::not_found, "PS0230",
        where(name) + ": no credentials are configured; set aws_access_key_id, role_arn or credential_process");
  }

  Status unsupported_sign_in(const std::string& name) const {
    return {
        Code::credentials, "PS0231",
        where(name) +
            ": signing in a person (sso_*, login_session) is not supported; use aws_access_key_id, role_arn or "
            "credential_process"};
  }

  Result<Provider> provider_of_role(const std::string& name, const AwsProfile& profile) {
    Role role = {profile.text("role_arn"), profile.text("role_session_name"), profile.text("external_id"),
                 profile.text("duration_seconds")};
    if (role.arn.empty())
      return Status(Code::credentials, "PS0232", where(name) + ": role_arn is empty; set it to the ARN of a role");
    if (profile.has("mfa_serial"))
      return Status(
          Code::credentials, "PS0233",
          where(name) +
              ": mfa_serial is not supported, because it requires a person's code; use a role without MFA");
    Result<Provider> source = source_of(name, profile);
    if (!source.ok()) return source.status().with_code(Code::credentials);
    return Provider(std::make_unique<AssumeRoleCredentials>(context_, std::move(role), std::move(*source)));
  }

  Result<Provider> source_of(const std::string& name, const AwsProfile& profile) {
    if (profile.has("source_profile") == profile.has("credential_source"))
      return Status(Code::credentials, "PS0234",
                    where(name) +
                        ": role_arn requires exactly one of source_profile, credential_source and "
                        "web_identity_token_file");
    if (profile.has("source_profile")) return source_profile(name, profile.text("source_profile"));
    const std::string place = profile.text("credential_source");
    if (place == "Environment") return Provider(std::make_unique<EnvironmentCredentials>(context_.env));
    if (place == "EcsContainer") return Provider(std::make_unique<ContainerCredentials>(context_.env));
    if (place == "Ec2InstanceMetadata") return Provider(std::make_unique<ImdsCredentials>(context_));
    return Status(Code::credentials, "PS0235",
                  where(name) + ": invalid credential_source '" + printable(place) +
                      "': expected Environment, EcsContainer or Ec2InstanceMetadata");
  }

  // If a source profile has both keys and a role_arn, the keys are used. This also applies if a profile is its own
  // source.
  Result<Provider> source_profile(const std::string& name, const std::string& source) {
    const AwsProfile* const profile = profiles_.find(source);
    if (profile == nullptr) return profiles_.missing(source).in(where(name) + ": source_profile");
    const bool is_new = seen_.insert(source).second;
    if (!is_new && (source != name || !has_keys(*profile)))
      return Status(Code::credentials, "PS0236",
                    where(source) + ": its source_profile leads back to it; break the loop");
    if (has_role(*profile) && !has_keys(*profile)) return provider_of_role(source, *profile);
    return provider_of(source, *profile, WebIdentity());
  }

  const CredentialsContext& context_;
  const AwsProfiles& profiles_;
  std::set<std::string> seen_;
};

}  // namespace

void ProfileCredentials::find(const Done& done) {
  const std::string named = profile_.empty() ? AwsProfiles::named_by(context_.env) : profile_;
  const Result<AwsProfiles> profiles = AwsProfiles::read(context_.env);
  if (!profiles.ok()) return done(profiles.status().in("AWS shared files").with_code(Code::credentials));
  if (!named.empty() && profiles->find(named) == nullptr)
    return done(profiles->missing(named).with_code(Code::credentials));
  const WebIdentity identity = profile_.empty() ? web_identity_of_environment(context_.env) : WebIdentity();
  Result<Provider> meant =
      ProfileReader(context_, *profiles).provider_of(named.empty() ? "default" : named, identity);
  if (!meant.ok()) {
    const Status& status = meant.status();
    const bool absent = status.code() == Code::not_found && named.empty();
    return done(status.with_code(absent ? Code::not_found : Code::credentials));
  }
  meant_ = std::move(*meant);
  meant_->find(done);
}

}  // namespace penstock::aws
