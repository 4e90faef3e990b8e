// The config and credentials files that AWS's tools share,
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html. They are parsed as botocore parses them.
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
  IniSettings settings;  // of both files; the credentials file takes precedence
  IniSettings in_config;
  IniSettings in_credentials;

  bool has(std::string_view name) const { return settings.contains(name); }
  // Returns the value of a setting, or "".
  std::string text(std::string_view name) const;
};

class AwsProfiles {
 public:
  // Reads the files at AWS_CONFIG_FILE (default ~/.aws/config) and AWS_SHARED_CREDENTIALS_FILE (default
  // ~/.aws/credentials). ~, $NAME, and ${NAME} in the paths are replaced. A missing file counts as empty.
  // Code::config, with file and line, if a file cannot be parsed; io, config, or too_large (above 256 KiB) if it
  // cannot be read.
  static Result<AwsProfiles> read(Env& env);
  // The same for settings other than credentials, which botocore reads before it looks for credentials. Also fails
  // if a profile is named, by name or by the environment, and does not exist. If no profile is named, a file
  // without read permission is skipped with a warning: credentials from the environment do not need it.
  static Result<AwsProfiles> read_settings(Env& env, const std::string& name);

  // Returns the profile that the environment names, in botocore's order: AWS_DEFAULT_PROFILE, then AWS_PROFILE; ""
  // if neither is set.
  static std::string named_by(Env& env);
  // Returns name; if it is empty, the profile that the environment names; if that is not set either, "default".
  static std::string chosen(Env& env, const std::string& name);

  const AwsProfile* find(std::string_view name) const;
  // Returns the error for a missing profile: Code::not_found, or the error of check_misread().
  Status missing(std::string_view name) const;
  // Returns Code::config if a line of the files seems to be the header of that profile but was not parsed as one,
  // or if settings for its credentials were parsed as part of another setting's value. Such a mistake is an error,
  // because using credentials from another source instead is not what the user meant.
  Status check_misread(std::string_view name) const;
  // Returns the settings of [services name] in the config file, or nullptr.
  const IniSettings* services(std::string_view name) const;

  // Returns the paths that were searched, for messages such as "profile x of /h/.aws/config".
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
