#include "core/aws/credentials_profile.h"

#include <utility>

#include "core/aws/aws_profile.h"
#include "core/base/json.h"

namespace penstock {

namespace {

Result<Credentials> keys_of(const AwsProfile& profile, const std::string& where) {
  Credentials keys;
  keys.access_key_id = setting(profile, "aws_access_key_id");
  keys.secret_access_key = setting(profile, "aws_secret_access_key");
  keys.session_token = setting(profile, "aws_session_token");
  keys.source = where;
  if (Status status = check_credentials(keys, {"aws_access_key_id", "aws_secret_access_key", "aws_session_token"});
      !status.ok())
    return status;
  return keys;
}

}  // namespace

void ProfileCredentials::find(Found found) {
  const bool by_name = !profile_.empty() || !env_.variable("AWS_PROFILE").value_or("").empty();
  const Code absent = by_name ? Code::credentials : Code::not_found;
  const std::string name = profile_.empty() ? AwsProfiles::usual_name(env_) : profile_;
  const Result<AwsProfiles> profiles = AwsProfiles::read(env_);
  if (!profiles.ok()) return found(Status(absent, profiles.status().message()));
  const std::string where = "profile " + printable(name) + " of " + profiles->paths();
  const AwsProfile* profile = profiles->find(name);
  if (profile == nullptr) return found(Status(absent, where + ": there is none"));
  if (setting(*profile, "aws_access_key_id").empty() && setting(*profile, "aws_secret_access_key").empty())
    return found(Status(absent, where + ": no aws_access_key_id and aws_secret_access_key"));
  found(keys_of(*profile, where));
}

}  // namespace penstock
