#include "plugin/settings/stream_options.h"

#include <string>

#include "plugin/settings/region.h"

namespace penstock {

Result<std::vector<StreamName>> read_streams(const Options& options) {
  const std::string& streams = options.text("stream");
  const std::string& arns = options.text("stream_arn");
  if (streams.empty() == arns.empty())
    return Status(Code::config, streams.empty() ? "no stream: set stream to its name or ARN"
                                                : "both stream and stream_arn are given; remove one of them");
  const char* const option = streams.empty() ? "stream_arn" : "stream";
  Result<std::vector<StreamName>> names = parse_stream_names(streams.empty() ? arns : streams);
  if (!names.ok()) return names.status().in(option);
  for (const StreamName& name : *names) {
    if (name.region.empty() && streams.empty())
      return Status(Code::config, "stream_arn: \"" + name.text + "\" is not an ARN; use stream for names");
    if (name.region.empty()) continue;
    if (Status wrong = check_region(name.region, name.text); !wrong.ok()) return wrong.in(option);
  }
  return names;
}

}  // namespace penstock
