#include "core/aws/credentials.h"

#include <algorithm>

#include "core/aws/text.h"
#include "core/base/time.h"

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

std::optional<int64_t> parse_expiration(std::string_view text) {
  if (const std::optional<int64_t> date = parse_http_date(trimmed(text))) return date;
  constexpr size_t kToSeconds = 19;
  std::string time(trimmed(text));
  if (time.size() <= kToSeconds) return std::nullopt;
  if (time[10] == ' ' || time[10] == 't') time[10] = 'T';
  const size_t zone_begin = std::min(time.find_first_not_of(".0123456789", kToSeconds), time.size());
  const std::string zone(trimmed(std::string_view(time).substr(zone_begin)));
  time.resize(zone_begin);
  if (zone == "z" || zone == "UTC" || zone == "GMT")
    time += 'Z';
  else if (zone.size() == 3)
    time += zone + ":00";
  else if (zone.size() == 5)
    time.append(zone, 0, 3).append(":").append(zone, 3);
  else
    time += zone;
  return parse_rfc3339(time);
}

}  // namespace penstock
