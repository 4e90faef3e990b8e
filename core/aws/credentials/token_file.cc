#include "core/aws/credentials/token_file.h"

#include <algorithm>

#include "base/text.h"

namespace penstock::aws {

Result<std::string> read_token_file(Env& env, const std::string& path) {
  constexpr size_t kLargestToken = size_t{64} * 1024;
  const std::string what = "token file " + printable(path);
  const Result<std::string> text = env.files.read(path, kLargestToken);
  if (!text.ok()) return text.status().in(what).with_code(Code::credentials);
  const std::string_view token = trim(*text);
  if (token.empty())
    return Status(Code::credentials, "PS0246", what + " is empty; it may be in the middle of being replaced");
  const auto visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(token.begin(), token.end(), visible))
    return Status(Code::credentials, "PS0247",
                  what + " contains white space, a control character or a non-ASCII byte; expected a token alone");
  return std::string(token);
}

}  // namespace penstock::aws
