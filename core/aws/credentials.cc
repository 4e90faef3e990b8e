#include "core/aws/credentials.h"

#include <algorithm>

namespace penstock {

namespace {

constexpr size_t kLongestSecret =
    size_t{16} * 1024;  // session tokens have no documented bound; seen up to a few KiB

// What is wrong with the value; "" if nothing is.
std::string complaint(const std::string& value) {
  if (value.size() > kLongestSecret) return " is longer than " + std::to_string(kLongestSecret) + " bytes";
  const auto visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(value.begin(), value.end(), visible))
    return " holds a blank, a control character or a byte beyond ASCII";
  return "";
}

}  // namespace

Status check_credentials(const Credentials& credentials, const CredentialNames& names) {
  std::string missing;
  if (credentials.access_key_id.empty()) missing = names.access_key_id;
  if (credentials.secret_access_key.empty())
    missing.append(missing.empty() ? "" : " and ").append(names.secret_access_key);
  if (!missing.empty()) return {Code::credentials, credentials.source + ": no " + missing};
  const std::pair<std::string_view, const std::string&> values[] = {
      {names.access_key_id, credentials.access_key_id},
      {names.secret_access_key, credentials.secret_access_key},
      {names.session_token, credentials.session_token}};
  for (const auto& [name, value] : values)
    if (const std::string wrong = complaint(value); !wrong.empty())
      return {Code::credentials, credentials.source + ": " + std::string(name) + wrong};
  return {};
}

}  // namespace penstock
