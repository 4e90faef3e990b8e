#include "core/logs/lambda/function_name.h"

#include <algorithm>
#include <cstddef>

#include "base/scan.h"

namespace penstock::logs {

namespace {

constexpr std::string_view kGroupPrefix = "/aws/lambda/";
constexpr std::string_view kWebPrefix = "web/";  // of Web Functions
constexpr std::string_view kDay = "0000/00/00/";

// Letters, digits, - and _ (https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html).
bool is_function_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
}

bool is_version(std::string_view text) {
  return text == "$LATEST" || text == "$LATEST.PUBLISHED" ||
         (!text.empty() && std::all_of(text.begin(), text.end(), is_digit));
}

bool begins_with_day(std::string_view stream) {
  if (stream.size() < kDay.size()) return false;
  for (size_t index = 0; index < kDay.size(); ++index)
    if (kDay[index] == '0' ? !is_digit(stream[index]) : stream[index] != kDay[index]) return false;
  return true;
}

}  // namespace

FunctionName function_of(std::string_view log_group, std::string_view log_stream) {
  FunctionName function;
  if (log_group.starts_with(kGroupPrefix)) {
    const std::string_view name = log_group.substr(log_group.rfind('.') + 1);
    function.name = name.starts_with(kGroupPrefix) ? name.substr(kGroupPrefix.size()) : name;
    if (function.name.starts_with(kWebPrefix)) function.name.remove_prefix(kWebPrefix.size());
    if (!is_function_name(function.name)) function.name = {};
  }
  if (!begins_with_day(log_stream)) return function;
  const std::string_view after_day = log_stream.substr(kDay.size());
  const size_t open = after_day.find('[');
  const size_t close = after_day.find(']');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return function;
  const std::string_view name = after_day.substr(0, open);
  const std::string_view version = after_day.substr(open + 1, close - open - 1);
  if (!is_version(version) || (!name.empty() && !is_function_name(name))) return function;
  function.version = version;
  if (!name.empty()) function.name = name;
  return function;
}

}  // namespace penstock::logs
