#include "plugin/settings/region.h"

#include <algorithm>

#include "base/text.h"

namespace penstock::plugin {

namespace {

constexpr size_t kMaxRegionBytes = 63;  // limit of a DNS label

bool is_small_letter(char c) { return c >= 'a' && c <= 'z'; }

// Returns whether text is a label of a host name, but not a number.
bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= kMaxRegionBytes && text.front() != '-' && text.back() != '-' &&
         std::any_of(text.begin(), text.end(), is_small_letter) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_small_letter(c) || is_digit(c) || c == '-'; });
}

// Returns whether text is like "us-east-1a".
bool is_zone(std::string_view text) {
  return text.size() > 3 && is_small_letter(text.back()) && is_digit(text[text.size() - 2]) &&
         text[text.size() - 3] == '-';
}

// Returns the region that was probably meant, in lowercase with single hyphens; "" if that is not a region either.
std::string nearest_region(std::string_view text) {
  std::string out;
  for (const char c : lower_case(text.substr(0, kMaxRegionBytes)))
    if (is_small_letter(c) || is_digit(c))
      out += c;
    else if ((c == '-' || c == '_' || c == ' ') && !out.empty() && out.back() != '-')
      out += '-';
  while (out.ends_with('-')) out.pop_back();
  if (is_zone(out)) out.pop_back();
  return is_region(out) && is_digit(out.back()) ? out : "";
}

}  // namespace

Status check_region(std::string_view text, std::string_view source) {
  if (is_region(text) && !is_zone(text)) return {};
  const std::string meant = nearest_region(text);
  std::string message = "invalid region '" + printable(text) + "' in " + std::string(source);
  message += is_zone(text) ? ": it is an availability zone"
                           : ": expected up to 63 lowercase letters, digits, and hyphens, such as us-east-1";
  return {Code::config, "PS0131", message + (meant.empty() ? "" : "; did you mean '" + meant + "'?")};
}

Result<std::string> find_region(Env& env, const Options& options, const std::string& likely,
                                const aws::AwsProfiles& profiles, const std::string& profile) {
  const auto checked = [](std::string region, const std::string& source) -> Result<std::string> {
    if (Status wrong = check_region(region, source); !wrong.ok()) return wrong;
    return region;
  };
  if (!options.text("region").empty()) return checked(options.text("region"), "the option region");
  if (!likely.empty()) return checked(likely, "the ARN of the stream");
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (const std::string region = env.variable(name).value_or(""); !region.empty()) return checked(region, name);
  const aws::AwsProfile* const found = profiles.find(profile);
  if (const std::string region = found == nullptr ? "" : found->text("region"); !region.empty())
    return checked(region, "profile " + printable(profile));
  return Status(Code::config, "PS0132",
                "no region: set region, or AWS_REGION in the environment, such as eu-west-1");
}

}  // namespace penstock::plugin
