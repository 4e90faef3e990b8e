// The files that AWS's tools share: config and credentials,
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html. They are read as botocore reads them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/aws/ini_file.h"
#include "core/env.h"

namespace penstock::aws {

struct AwsProfile {
  IniSettings settings;  // of both files; those of the credentials file count where both have one
  IniSettings in_config;
  IniSettings in_credentials;

  bool has(std::string_view name) const { return settings.contains(name); }
  // The value of a setting, or "".
  std::string text(std::string_view name) const;
};

class AwsProfiles {
 public:
  // Reads AWS_CONFIG_FILE, else ~/.aws/config, and AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials, each with
  // ~, $NAME and ${NAME} replaced. A file that does not exist has no profiles. Code::config, with file and line,
  // for a file that cannot be parsed; io, config or too_large (256 KiB are read) for one that cannot be read.
  static Result<AwsProfiles> read(Env& env);
  // The same for everything but credentials, which botocore asks before it looks for them: not ok also if the
  // profile that is named, by name or else by the environment, does not exist. A file that we may not read is
  // passed over with a warning, if no profile is named: credentials of the environment do not need it.
  static Result<AwsProfiles> read_settings(Env& env, const std::string& name);

  // The profile that the environment names: AWS_DEFAULT_PROFILE, else AWS_PROFILE, as botocore has them. "": none.
  static std::string named_by(Env& env);
  // name, else that one, else "default".
  static std::string chosen(Env& env, const std::string& name);

  const AwsProfile* find(std::string_view name) const;
  // The error for a profile that was not found: Code::not_found, or that of check_misread().
  Status missing(std::string_view name) const;
  // Not ok (Code::config) if a line of the files seems to mean that profile but was not read as its header, or if
  // settings for credentials in it were read as part of another setting's value. Whoever wrote them did not mean
  // the credentials of another place.
  Status check_misread(std::string_view name) const;
  // The settings of [services name] in the config file, or nullptr.
  const IniSettings* services(std::string_view name) const;

  // Where profiles were looked for, as in "profile x of /h/.aws/config".
  const std::string& paths() const { return paths_; }
  bool has_files() const { return !files_.empty(); }

 private:
  struct File {
    std::string path;
    bool is_config;
    IniFile ini;
  };

  Status add(Env& env, const std::string& path, bool is_config);
  void collect(const File& file);
  static std::optional<std::string> profile_of(const File& file, const IniSection& section);

  std::map<std::string, AwsProfile, std::less<>> profiles_;
  std::map<std::string, IniSettings, std::less<>> services_;
  std::vector<File> files_;
  std::string paths_;
};

}  // namespace penstock::aws
