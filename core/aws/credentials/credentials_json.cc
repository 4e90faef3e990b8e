#include "core/aws/credentials/credentials_json.h"

#include <optional>

#include "base/json_reader.h"
#include "base/text.h"

namespace penstock::aws {

Result<Credentials> read_credentials_json(std::string_view text, const std::string& source,
                                          const std::string& token_name) {
  const auto members = outermost_members(text);
  if (!members)
    return Status(Code::credentials, "PS0222", source + ": unexpected response: it is not a JSON object");
  const auto member = [&](std::string_view name) {
    const auto found = members->find(name);
    return found == members->end() ? std::string() : found->second;
  };
  const std::string code = member("Code");
  if (!code.empty() && code != "Success")
    return Status(Code::credentials, "PS0223",
                  source + ": " + printable(code) + ": " + printable(member("Message")));
  Credentials keys;
  keys.access_key_id = member("AccessKeyId");
  keys.secret_access_key = member("SecretAccessKey");
  keys.session_token = member(token_name);
  keys.source = source;
  if (Status status = check_credentials(keys, {"AccessKeyId", "SecretAccessKey", token_name}); !status.ok())
    return status;
  if (const std::string expiration = member("Expiration"); !expiration.empty()) {
    const std::optional<int64_t> expires_at_ms = parse_expiration(expiration);
    if (!expires_at_ms)
      return Status(Code::credentials, "PS0224",
                    source + ": invalid Expiration '" + printable(expiration) +
                        "': expected a time such as 2024-01-02T03:04:05Z");
    keys.expires_at_ms = *expires_at_ms;
  }
  return keys;
}

}  // namespace penstock::aws
