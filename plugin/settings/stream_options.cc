#include "plugin/settings/stream_options.h"

#include <string>
#include <utility>

#include "plugin/settings/option_errors.h"
#include "plugin/settings/region.h"

namespace penstock::plugin {

std::vector<kinesis::StreamName> read_streams(const Options& options, const Complain& complain) {
  const std::string& streams = options.text("stream");
  const std::string& arns = options.text("stream_arn");
  if (streams.empty() == arns.empty()) {
    complain(streams.empty()
                 ? Status(Code::config, "PS0056", "missing option stream: set it to the name or ARN of the stream")
                 : not_together("stream", "stream_arn", "both name the stream; remove one of them"));
    return {};
  }
  const char* const option = streams.empty() ? "stream_arn" : "stream";
  bool good = true;
  const auto complain_of_option = [&](const Status& wrong) {
    good = false;
    complain(wrong.in(option));
  };
  std::vector<kinesis::StreamName> names =
      kinesis::parse_stream_names(streams.empty() ? arns : streams, complain_of_option);
  for (const kinesis::StreamName& name : names) {
    if (name.region.empty() && streams.empty())
      complain_of_option(Status(
          Code::config, "PS0113",
          "invalid ARN '" + name.text + "': expected the ARN of a stream; use the option stream for names"));
    if (name.region.empty()) continue;
    if (const Status wrong = check_region(name.region, name.text); !wrong.ok()) complain_of_option(wrong);
  }
  return good ? std::move(names) : std::vector<kinesis::StreamName>();
}

Result<std::vector<kinesis::StreamName>> read_streams(const Options& options) {
  return or_first_problem([&](const Complain& complain) { return read_streams(options, complain); });
}

}  // namespace penstock::plugin
