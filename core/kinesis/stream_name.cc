#include "core/kinesis/stream_name.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "core/kinesis/resource_arn.h"

namespace penstock::kinesis {

namespace {

constexpr std::string_view kArn = "arn:";

Result<StreamName> parse_arn(std::string_view text) {
  const std::optional<ResourceArn> arn = parse_resource_arn(text, "stream/");
  if (arn && is_resource_name(arn->name))
    return StreamName{std::string(text), std::string(arn->name), std::string(arn->region),
                      std::string(arn->account)};
  return Status(Code::config, "PS0608",
                "invalid stream ARN '" + printable(text) +
                    "': expected one such as arn:aws:kinesis:eu-west-1:123456789012:stream/NAME");
}

Result<StreamName> parse_stream_name(std::string_view text) {
  if (text.starts_with(kArn)) return parse_arn(text);
  if (is_resource_name(text)) return StreamName{std::string(text), std::string(text), "", ""};
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
