#include "core/aws/credentials.h"

#include <algorithm>
#include <vector>

#include "core/base/json.h"

namespace penstock {

namespace {

constexpr size_t kLargestFile = size_t{256} * 1024;
constexpr size_t kLongestSecret =
    size_t{16} * 1024;  // session tokens have no documented bound; seen up to a few KiB

std::string variable(Env& env, const char* name) { return env.variable(name).value_or(""); }

// They go into HTTP headers: visible ASCII alone. The message never holds the value.
Status check(const std::string& value, const std::string& what) {
  if (value.size() > kLongestSecret)
    return {Code::credentials, what + " is longer than " + std::to_string(kLongestSecret) + " bytes"};
  const auto visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(value.begin(), value.end(), visible))
    return {Code::credentials, what + " holds a blank, a control character or a byte beyond ASCII"};
  return {};
}

Status check(const Credentials& found, const std::string& source, const std::vector<std::string>& names) {
  const std::vector<const std::string*> values = {&found.access_key_id, &found.secret_access_key,
                                                  &found.session_token};
  for (size_t i = 0; i < values.size(); ++i)
    if (Status status = check(*values[i], names[i]); !status.ok()) return status.in(source);
  return {};
}

bool complete(const Credentials& found) {
  return !found.access_key_id.empty() && !found.secret_access_key.empty();
}
bool empty(const Credentials& found) { return found.access_key_id.empty() && found.secret_access_key.empty(); }

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const size_t start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlanks) - start + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return out;
}

// What one [profile] of the file says. Lines as AWS's tools read them: "key = value", comments behind # or ; at
// the start of a line; indented lines belong to the key above (settings of services) and are none of ours.
struct Profile {
  bool present = false;
  Credentials keys;
};

Profile find_profile(std::string_view text, std::string_view name) {
  Profile profile;
  bool inside = false;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view raw = text.substr(start, end - start);
    start = end + 1;
    const std::string_view line = trim(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (raw.front() == ' ' || raw.front() == '\t') continue;
    if (line.front() == '[') {
      inside = line.back() == ']' && trim(line.substr(1, line.size() - 2)) == name;
      profile.present = profile.present || inside;
      continue;
    }
    const size_t equals = line.find('=');
    if (!inside || equals == std::string_view::npos) continue;
    const std::string key = lower(trim(line.substr(0, equals)));
    const std::string value(trim(line.substr(equals + 1)));
    if (key == "aws_access_key_id") profile.keys.access_key_id = value;
    if (key == "aws_secret_access_key") profile.keys.secret_access_key = value;
    if (key == "aws_session_token") profile.keys.session_token = value;
  }
  return profile;
}

Result<Credentials> from_file(Env& env, const std::string& profile_name) {
  std::string path = variable(env, "AWS_SHARED_CREDENTIALS_FILE");
  if (path.empty()) {
    const std::string home = variable(env, "HOME");
    if (home.empty())
      return Status(Code::credentials,
                    "shared credentials file: neither AWS_SHARED_CREDENTIALS_FILE nor HOME is set");
    path = home + "/.aws/credentials";
  }
  const std::string source = "shared credentials file " + printable(path);
  const Result<std::string> text = env.files.read(path, kLargestFile);
  if (!text.ok()) {
    if (text.status().code() == Code::not_found) return Status(Code::credentials, source + ": there is none");
    if (text.status().code() == Code::too_large)
      return Status(Code::credentials, source + ": larger than " + std::to_string(kLargestFile) + " bytes");
    return Status(Code::credentials, source + ": " + text.status().message());
  }
  const std::string where = source + ", profile " + printable(profile_name);
  const Profile profile = find_profile(*text, profile_name);
  if (!profile.present) return Status(Code::credentials, where + ": there is none");
  if (!complete(profile.keys)) {
    std::string missing;
    if (profile.keys.access_key_id.empty()) missing = "aws_access_key_id";
    if (profile.keys.secret_access_key.empty())
      missing += missing.empty() ? "aws_secret_access_key" : " and aws_secret_access_key";
    return Status(Code::credentials, where + ": no " + missing);
  }
  if (Status status =
          check(profile.keys, where, {"aws_access_key_id", "aws_secret_access_key", "aws_session_token"});
      !status.ok())
    return status;
  return profile.keys;
}

}  // namespace

Result<Credentials> find_credentials(Env& env, const std::string& profile) {
  constexpr const char* kAdvice = "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or add the keys to the file";
  if (!profile.empty()) {
    Result<Credentials> found = from_file(env, profile);
    if (found.ok()) return found;
    return Status(Code::credentials,
                  "no credentials: " + found.status().message() +
                      "; add the profile with its keys, or leave the option profile out to use the environment");
  }

  const Credentials from_environment = {variable(env, "AWS_ACCESS_KEY_ID"), variable(env, "AWS_SECRET_ACCESS_KEY"),
                                        variable(env, "AWS_SESSION_TOKEN")};
  if (complete(from_environment)) {
    if (Status status = check(from_environment, "credentials in the environment",
                              {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"});
        !status.ok())
      return status;
    return from_environment;
  }
  if (!empty(from_environment)) {
    // Whoever set one of them did not mean the keys of the file.
    const bool has_id = !from_environment.access_key_id.empty();
    const std::string set = has_id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
    const std::string unset = has_id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID";
    return Status(Code::credentials, "no credentials: environment: " + set + " is set, but " + unset +
                                         " is not; set both or neither");
  }

  std::string profile_name = variable(env, "AWS_PROFILE");
  if (profile_name.empty()) profile_name = "default";
  Result<Credentials> found = from_file(env, profile_name);
  if (found.ok()) return found;
  return Status(Code::credentials, "no credentials: environment: AWS_ACCESS_KEY_ID is not set; " +
                                       found.status().message() + kAdvice);
}

}  // namespace penstock
