#include "core/kinesis/resource_arn.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace penstock::kinesis {

namespace {

constexpr size_t kLongestName = 128;

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool is_resource_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
  });
}

std::optional<ResourceArn> parse_resource_arn(std::string_view text, std::string_view type) {
  std::array<std::string_view, 6> parts;
  std::string_view rest = text;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    const size_t colon = std::min(rest.find(':'), rest.size());
    parts[i] = rest.substr(0, colon);
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  parts[5] = rest;
  if (parts[0] != "arn" || !parts[1].starts_with("aws") || parts[2] != "kinesis" || !is_resource_name(parts[3]) ||
      !is_account(parts[4]) || !parts[5].starts_with(type))
    return std::nullopt;
  return ResourceArn{parts[3], parts[4], parts[5].substr(type.size())};
}

}  // namespace penstock::kinesis
