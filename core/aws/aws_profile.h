// The files that AWS's tools share: config and credentials,
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/base/env.h"

namespace penstock {

// The settings of one profile; names in lower case. Settings of services, which are indented, are left out.
using AwsProfile = std::map<std::string, std::string, std::less<>>;

// The value of a setting, or "".
std::string setting(const AwsProfile& profile, std::string_view name);

class AwsProfiles {
 public:
  // Reads AWS_CONFIG_FILE, else ~/.aws/config, and AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials; where
  // both have a setting of a profile, the latter's counts. Code::not_found where neither file is there; io, config
  // or too_large (256 KiB are read) for a file that cannot be read.
  static Result<AwsProfiles> read(Env& env);

  // The profile that is meant where none is named: AWS_PROFILE, else "default".
  static std::string usual_name(Env& env);

  const AwsProfile* find(const std::string& name) const;
  // The files read, for a person.
  const std::string& paths() const { return paths_; }

 private:
  Status add(Env& env, const std::string& path, bool is_config);
  void parse(std::string_view text, bool is_config);

  std::map<std::string, AwsProfile> profiles_;
  std::string paths_;
};

}  // namespace penstock
