#include "core/aws/credentials/credentials_process.h"

#include <utility>

#include "base/json_reader.h"
#include "base/text.h"
#include "core/aws/command_line.h"
#include "core/aws/credentials/credentials_json.h"

namespace penstock::aws {

namespace {

Result<Credentials> read(const std::string& source, const ProcessResult& result) {
  if (!result.status.ok()) return result.status.in(source).with_code(Code::credentials);
  if (result.exit_code != 0) {
    std::string message = source + ": it exited with code " + std::to_string(result.exit_code);
    if (!result.errors.empty()) message += ": " + printable(result.errors);
    return Status(Code::credentials, "PS0226", message);
  }
  const auto members = outermost_members(result.output);
  const auto version = members ? members->find("Version") : decltype(members->end())();
  if (members && (version == members->end() || version->second != "1"))
    return Status(Code::credentials, "PS0227",
                  source + ": its output has " +
                      (version == members->end() ? "no Version" : "Version '" + printable(version->second) + "'") +
                      ": expected 1");
  return read_credentials_json(result.output, source, "SessionToken");
}

}  // namespace

void ProcessCredentials::find(const Done& done) {
  Result<std::vector<std::string>> words = split_command_line(command_);
  if (!words.ok()) return done(words.status().in(where_ + ": credential_process").with_code(Code::credentials));
  ProcessRequest request;
  const std::string source =
      where_ + ", program " + printable(words->front());  // without arguments, which may be secret
  request.arguments = std::move(*words);
  request.timeout_ms = 60'000;
  request.max_output_bytes = size_t{64} * 1024;
  env_.run_process(std::move(request), done.then([source](const Done& next, const ProcessResult& result) {
    next(read(source, result));
  }));
}

}  // namespace penstock::aws
