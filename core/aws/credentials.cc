#include "core/aws/credentials.h"

#include <algorithm>

#include "base/text.h"
#include "base/time.h"

namespace penstock::aws {

namespace {

constexpr size_t kLongestSecret =
    size_t{16} * 1024;  // session tokens have no documented limit; observed: a few KiB

// Returns what is wrong with the value, or "".
std::string complaint(const std::string& value) {
  if (value.size() > kLongestSecret)
    return "at most " + std::to_string(kLongestSecret) + " bytes are allowed, and it has " +
           std::to_string(value.size());
  const auto visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(value.begin(), value.end(), visible))
    return "it contains white space, a control character or a non-ASCII byte";
  return "";
}

// Removes the first word, which ends at a blank or a dash, and its end from text. Returns the word.
std::string_view take_word(std::string_view& text) {
  const size_t end = std::min(text.find_first_of(" -"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

// Converts a date of HTTP or e-mail, such as "Thu, 01 Jan 2099 00:00:00 GMT", to "2099-01-01T00:00:00 GMT". The
// weekday may be missing, the day may have one digit, and HTTP's obsolete form, "Thursday, 01-Jan-99", is
// accepted. Returns any other text unchanged.
std::string with_year_first(std::string_view text) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::string_view rest = text;
  if (const size_t comma = rest.find(','); comma != std::string_view::npos) {
    const std::string_view weekday = rest.substr(0, comma);
    if (std::all_of(weekday.begin(), weekday.end(), is_letter)) rest = trim(rest.substr(comma + 1));
  }
  const std::string_view day = take_word(rest), month = take_word(rest), year = take_word(rest);
  const size_t month_at = month.size() == 3 ? kMonths.find(month) : std::string_view::npos;
  if (month_at == std::string_view::npos || month_at % 3 != 0 || day.empty() || day.size() > 2 ||
      (year.size() != 2 && year.size() != 4))
    return std::string(text);
  const std::string number = std::to_string(month_at / 3 + 1);
  return (year.size() == 2 ? "20" : "") + std::string(year) + (number.size() == 1 ? "-0" : "-") + number +
         (day.size() == 1 ? "-0" : "-") + std::string(day) + "T" + std::string(rest);
}

}  // namespace

Status check_credentials(const Credentials& credentials, const CredentialNames& names) {
  std::string missing;
  if (credentials.access_key_id.empty()) missing = names.access_key_id;
  if (credentials.secret_access_key.empty())
    missing.append(missing.empty() ? "" : " and ").append(names.secret_access_key);
  if (!missing.empty())
    return {Code::credentials, "PS0210", credentials.source + ": missing " + missing + "; both keys are required"};
  const std::pair<std::string_view, const std::string&> values[] = {
      {names.access_key_id, credentials.access_key_id},
      {names.secret_access_key, credentials.secret_access_key},
      {names.session_token, credentials.session_token}};
  for (const auto& [name, value] : values)
    if (const std::string wrong = complaint(value); !wrong.empty())
      return {Code::credentials, "PS0211", credentials.source + ": invalid " + std::string(name) + ": " + wrong};
  return {};
}

std::optional<int64_t> parse_expiration(std::string_view text) {
  constexpr size_t kToSeconds = 19;
  std::string time = with_year_first(trim(text));
  if (time.size() <= kToSeconds) return std::nullopt;
  if (time[10] == ' ' || time[10] == 't') time[10] = 'T';
  const size_t zone_begin = std::min(time.find_first_not_of(".0123456789", kToSeconds), time.size());
  const std::string zone(trim(std::string_view(time).substr(zone_begin)));
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

}  // namespace penstock::aws
