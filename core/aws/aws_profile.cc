#include "core/aws/aws_profile.h"

#include <algorithm>
#include <optional>

#include "core/aws/text.h"
#include "core/base/json.h"

namespace penstock {

namespace {

constexpr size_t kLargestFile = size_t{256} * 1024;

std::string path_of(Env& env, const char* variable, const char* in_home) {
  std::string path = env.variable(variable).value_or("");
  if (!path.empty()) return path;
  const std::string home = env.variable("HOME").value_or("");
  return home.empty() ? "" : home + in_home;
}

// The profile that a [section] of that file is; nullopt for the other kinds of sections, and for a broken line.
std::optional<std::string> profile_of(std::string_view line, bool is_config) {
  if (line.back() != ']') return std::nullopt;
  const std::string_view name = trimmed(line.substr(1, line.size() - 2));
  if (!is_config || name == "default") return std::string(name);
  constexpr std::string_view kPrefix = "profile";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const std::string_view rest = name.substr(kPrefix.size());
  if (rest.empty() || (rest.front() != ' ' && rest.front() != '\t')) return std::nullopt;
  return std::string(trimmed(rest));
}

}  // namespace

std::string setting(const AwsProfile& profile, std::string_view name) {
  const auto found = profile.find(name);
  return found == profile.end() ? "" : found->second;
}

std::string AwsProfiles::usual_name(Env& env) {
  const std::string name = env.variable("AWS_PROFILE").value_or("");
  return name.empty() ? "default" : name;
}

Result<AwsProfiles> AwsProfiles::read(Env& env) {
  const std::string config = path_of(env, "AWS_CONFIG_FILE", "/.aws/config");
  const std::string credentials = path_of(env, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials");
  if (config.empty() && credentials.empty())
    return Status(Code::not_found,
                  "shared files: none of HOME, AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE is set");
  AwsProfiles profiles;
  if (Status status = profiles.add(env, config, true); !status.ok()) return status;
  if (Status status = profiles.add(env, credentials, false); !status.ok()) return status;
  if (profiles.paths_.empty())
    return Status(Code::not_found,
                  "shared files: there is neither " + printable(config) + " nor " + printable(credentials));
  return profiles;
}

Status AwsProfiles::add(Env& env, const std::string& path, bool is_config) {
  if (path.empty()) return {};
  const Result<std::string> text = env.files.read(path, kLargestFile);
  if (!text.ok() && text.status().code() == Code::not_found) return {};
  if (!text.ok()) return text.status().in("shared files");
  paths_.append(paths_.empty() ? "" : " and ").append(printable(path));
  parse(*text, is_config);
  return {};
}

// Lines as AWS's tools read them: "key = value", comments behind # or ; at the start of a line. Indented lines
// belong to the key above.
void AwsProfiles::parse(std::string_view text, bool is_config) {
  AwsProfile* inside = nullptr;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view raw = text.substr(start, end - start);
    start = end + 1;
    const std::string_view line = trimmed(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (raw.front() == ' ' || raw.front() == '\t') continue;
    if (line.front() == '[') {
      const std::optional<std::string> name = profile_of(line, is_config);
      inside = name ? &profiles_[*name] : nullptr;
      continue;
    }
    const size_t equals = line.find('=');
    if (inside == nullptr || equals == std::string_view::npos) continue;
    (*inside)[lower_case(trimmed(line.substr(0, equals)))] = trimmed(line.substr(equals + 1));
  }
}

const AwsProfile* AwsProfiles::find(const std::string& name) const {
  const auto found = profiles_.find(name);
  return found == profiles_.end() ? nullptr : &found->second;
}

}  // namespace penstock
