#include "core/kinesis/stream_name.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace penstock::kinesis {

namespace {

constexpr std::string_view kArn = "arn:";
constexpr std::string_view kStream = "stream/";
constexpr size_t kLongestName = 128;

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
  });
}

// arn:PARTITION:kinesis:REGION:ACCOUNT:stream/NAME
Result<StreamName> parse_arn(std::string_view text) {
  std::array<std::string_view, 6> parts;
  std::string_view rest = text;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    const size_t colon = std::min(rest.find(':'), rest.size());
    parts[i] = rest.substr(0, colon);
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  parts[5] = rest;
  if (parts[1].starts_with("aws") && parts[2] == "kinesis" && is_name(parts[3]) && is_account(parts[4]) &&
      parts[5].starts_with(kStream) && is_name(parts[5].substr(kStream.size())))
    return StreamName{std::string(text), std::string(parts[5].substr(kStream.size())), std::string(parts[3]),
                      std::string(parts[4])};
  return Status(Code::config, "PS0608",
                "invalid stream ARN '" + printable(text) +
                    "': expected one such as arn:aws:kinesis:eu-west-1:123456789012:stream/NAME");
}

Result<StreamName> parse_stream_name(std::string_view text) {
  if (text.starts_with(kArn)) return parse_arn(text);
  if (is_name(text)) return StreamName{std::string(text), std::string(text), "", ""};
  return Status(Code::config, "PS0609",
                "invalid stream name '" + printable(text) +
                    "': expected 1 to 128 letters, digits and _.- (separate several names with commas)");
}

}  // namespace

std::vector<StreamName> parse_stream_names(std::string_view list, const Complain& complain) {
  std::vector<StreamName> names;
  for (;;) {
    const size_t comma = std::min(list.find(','), list.size());
    Result<StreamName> name = parse_stream_name(trim(list.substr(0, comma)));
    if (!name.ok()) {
      complain(name.status());
    } else if (std::any_of(names.begin(), names.end(),
                           [&](const StreamName& other) { return other.text == name->text; })) {
      complain(Status(Code::config, "PS0610", "duplicate stream '" + name->text + "'; name each stream once"));
    } else {
      names.push_back(std::move(*name));
    }
    if (comma == list.size()) return names;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace penstock::kinesis
