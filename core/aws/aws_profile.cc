#include "core/aws/aws_profile.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "core/aws/command_line.h"

namespace penstock::aws {

namespace {

constexpr size_t kLargestFile = size_t{256} * 1024;

// The settings that determine a profile's credentials.
constexpr std::array<std::string_view, 12> kCredentialSettings = {
    "aws_access_key_id",  "aws_secret_access_key",   "aws_session_token",
    "credential_process", "credential_source",       "role_arn",
    "source_profile",     "web_identity_token_file", "sso_session",
    "sso_start_url",      "sso_account_id",          "sso_role_name"};

bool is_word(char c) { return is_alphanumeric(c) || c == '_'; }

// Replaces $NAME and ${NAME}. A variable that is not set remains as written.
std::string with_variables(Env& env, std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const size_t dollar = std::min(path.find('$'), path.size());
    out += path.substr(0, dollar);
    path.remove_prefix(dollar);
    if (path.empty()) break;
    const bool braced = path.starts_with("${");
    const auto* const end = braced ? std::find(path.begin(), path.end(), '}')
                                   : std::find_if_not(path.begin() + 1, path.end(), is_word);
    auto size = static_cast<size_t>(end - path.begin());
    if (braced && end != path.end()) ++size;
    const std::string_view written = path.substr(0, size);
    const std::string name(braced ? written.substr(2, size - std::min<size_t>(size, 3)) : written.substr(1));
    out += env.variable(name.c_str()).value_or(std::string(written));
    path.remove_prefix(size);
  }
  return out;
}

// Returns the path in a variable, or the default path; "" for no file.
Result<std::string> path_of(Env& env, const char* variable, const char* usual) {
  const std::optional<std::string> given = env.variable(variable);
  std::string path = given ? with_variables(env, *given) : usual;
  if (path == "/dev/null") return std::string();
  if (!path.starts_with('~')) return path;
  if (path.size() > 1 && path[1] != '/')
    return Status(Code::config, "PS0200",
                  std::string(variable) + " is '" + printable(*given) +
                      "': home folders of other users are not supported; write an absolute path");
  const std::optional<std::string> home = env.variable("HOME");
  if (home) return *home + path.substr(1);
  if (!given) return std::string();
  return Status(Code::config, "PS0200",
                std::string(variable) + " is '" + printable(*given) +
                    "', but HOME is not set; write an absolute path, or set HOME");
}

// Returns the name that a header line probably means, even if it is malformed: in lowercase, without brackets,
// quotes, comment, and the word "profile".
std::string plain_name(std::string_view line) {
  if (line.starts_with('[')) line.remove_prefix(1);
  line = line.substr(0, line.find_first_of("]#;"));
  std::string name;
  for (const char c : lower_case(line)) {
    if (c == '"' || c == '\'') continue;
    const bool blank = trim(std::string_view(&c, 1)).empty();
    if (!blank) name += c;
    if (blank && !name.empty() && name.back() != ' ') name += ' ';
  }
  name = trim(name);
  constexpr std::string_view kProfile = "profile ";
  return name.starts_with(kProfile) ? name.substr(kProfile.size()) : name;
}

// Returns the second word of a section name such as "profile logs" in the config file. It may be quoted as in a
// shell.
std::optional<std::string> second_word(std::string_view first, const std::string& section) {
  if (!section.starts_with(first)) return std::nullopt;
  Result<std::vector<std::string>> words = split_words(section);
  if (!words.ok() || words->size() != 2) return std::nullopt;
  return std::move(words->back());
}

// Returns the setting for credentials that was parsed as part of value because its line is indented too deeply; ""
// if there was no such line.
std::string_view swallowed(std::string_view value) {
  for (size_t end = value.find('\n'); end != std::string_view::npos; end = value.find('\n')) {
    value.remove_prefix(end + 1);
    const std::string name = lower_case(trim(value.substr(0, value.find_first_of("=:\n"))));
    const auto* const found = std::find(kCredentialSettings.begin(), kCredentialSettings.end(), name);
    if (found != kCredentialSettings.end()) return *found;
  }
  return "";
}

}  // namespace

std::string AwsProfile::text(std::string_view name) const {
  const auto found = settings.find(name);
  return found == settings.end() ? "" : found->second.value;
}

std::string AwsProfiles::named_by(Env& env) {
  for (const char* variable : {"AWS_DEFAULT_PROFILE", "AWS_PROFILE"})
    if (std::string name = env.variable(variable).value_or(""); !name.empty()) return name;
  return "";
}

std::string AwsProfiles::chosen(Env& env, const std::string& name) {
  const std::string named = name.empty() ? named_by(env) : name;
  return named.empty() ? "default" : named;
}

Result<AwsProfiles> AwsProfiles::read(Env& env) {
  const Result<std::string> config = path_of(env, "AWS_CONFIG_FILE", "~/.aws/config");
  if (!config.ok()) return config.status();
  const Result<std::string> credentials = path_of(env, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
  if (!credentials.ok()) return credentials.status();
  AwsProfiles profiles;
  if (Status status = profiles.add(env, *config, true); !status.ok()) return status;
  if (Status status = profiles.add(env, *credentials, false); !status.ok()) return status;
  if (profiles.has_files()) return profiles;
  profiles.paths_ =
      config->empty() && credentials->empty()
          ? "the AWS shared files (HOME, AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE are not set)"
          : printable(*config) + " or " + printable(*credentials) + " (neither file exists)";
  return profiles;
}

Result<AwsProfiles> AwsProfiles::read_settings(Env& env, const std::string& name) {
  const std::string named = name.empty() ? named_by(env) : name;
  Result<AwsProfiles> profiles = read(env);
  if (!profiles.ok() && profiles.status().code() == Code::io && named.empty()) {
    env.warn("PS0206", "cannot read the AWS shared files, continuing without their settings: " +
                           profiles.status().message());
    return AwsProfiles();
  }
  if (!profiles.ok()) return profiles.status().in("AWS shared files");
  if (!named.empty() && profiles->find(named) == nullptr) {
    const Status missing = profiles->missing(named);
    if (missing.code() != Code::not_found) return missing;
    return missing.with_message(missing.message() + "; add it, or choose another profile").with_code(Code::config);
  }
  return profiles;
}

Status AwsProfiles::add(Env& env, const std::string& path, bool is_config) {
  if (path.empty()) return {};
  const Result<std::string> text = env.files.read(path, kLargestFile);
  if (!text.ok() && text.status().code() == Code::not_found) return {};
  if (!text.ok()) return text.status();
  Result<IniFile> ini = parse_ini(*text);
  if (!ini.ok()) return ini.status().in(printable(path));
  paths_.append(paths_.empty() ? "" : " and ").append(printable(path));
  files_.push_back({path, is_config, std::move(*ini)});
  collect(files_.back());
  return {};
}

std::optional<std::string> AwsProfiles::profile_of(const File& file, const IniSection& section) {
  if (!file.is_config || section.name == "default") return section.name;
  return second_word("profile", section.name);
}

// REQUIRES: the config file comes first.
void AwsProfiles::collect(const File& file) {
  for (const IniSection& section : file.ini.sections) {
    const std::optional<std::string> name = profile_of(file, section);
    if (name && file.is_config) {
      profiles_[*name] = {
          section.settings, section.settings, {}};  // if a profile has two headers, the last counts
    } else if (name) {
      AwsProfile& profile = profiles_[*name];
      profile.in_credentials = section.settings;
      for (const auto& [key, setting] : section.settings) profile.settings[key] = setting;
    } else if (const std::optional<std::string> services = second_word("services", section.name)) {
      services_[*services] = section.settings;
    }
  }
}

const AwsProfile* AwsProfiles::find(std::string_view name) const {
  const auto found = profiles_.find(name);
  return found == profiles_.end() ? nullptr : &found->second;
}

const IniSettings* AwsProfiles::services(std::string_view name) const {
  const auto found = services_.find(name);
  return found == services_.end() ? nullptr : &found->second;
}

Status AwsProfiles::missing(std::string_view name) const {
  const std::string what = "profile " + printable(name);
  if (Status misread = check_misread(name); !misread.ok()) return misread.in(what);
  return {Code::not_found, "PS0203", what + " not found in " + paths_};
}

Status AwsProfiles::check_misread(std::string_view name) const {
  const std::string wanted = plain_name(name);
  for (const File& file : files_) {
    const auto where = [&file](size_t line) {
      return printable(file.path) + " line " + std::to_string(line) + ": ";
    };
    const auto section_at = [&file](size_t line) {
      return std::find_if(file.ini.sections.begin(), file.ini.sections.end(),
                          [line](const IniSection& section) { return section.line == line; });
    };
    for (const IniFile::Header& header : file.ini.headers) {
      const auto section = section_at(header.line);
      if (section != file.ini.sections.end() && profile_of(file, *section) == name) {
        for (const auto& [key, setting] : section->settings)
          if (const std::string_view inside = swallowed(setting.value); !inside.empty())
            return {Code::config, "PS0204",
                    where(setting.line) + std::string(inside) + " is parsed as part of the value of " +
                        printable(key) + ", because its line is indented deeper; indent both lines equally"};
      } else if (plain_name(header.text) == wanted) {
        const bool bare = !file.is_config || name == "default";
        return {Code::config, "PS0205",
                where(header.line) + "'" + printable(header.text) +
                    "' is not recognized as the header of profile " + printable(name) + "; write [" +
                    (bare ? "" : "profile ") + printable(name) + "] alone on the line, without indentation"};
      }
    }
  }
  return {};
}

}  // namespace penstock::aws
