// The credentials that sign requests, and the interface of their sources.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/completion.h"
#include "core/env.h"

namespace penstock::aws {

// Credentials for signing requests. The first three members are never printed, logged, or put into an error.
struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;       // "" if not used
  int64_t expires_at_ms = kNever;  // Unix time, by the clock of the services
  std::string source;              // origin, for a person
};

// A source of credentials. It fetches them again on each call of find(); CredentialsCache keeps them.
class CredentialsProvider {
 public:
  using Done = Completion<Credentials>;

  virtual ~CredentialsProvider() = default;
  // Starts to fetch credentials. done runs once, in find() or in a later drive() of the transport, unless find()
  // throws std::bad_alloc. REQUIRES: no earlier find() is in flight.
  // The provider does not touch its own members after it calls done. It must remain alive until then, or until the
  // transport is destroyed.
  // Code::not_found means that this source is not configured, so another may be tried. Any other error is about a
  // source that is configured, so no other source should replace it. An error contains no secret.
  virtual void find(const Done& done) = 0;
};

// The names that a source uses for the three parts of credentials.
struct CredentialNames {
  std::string_view access_key_id;
  std::string_view secret_access_key;
  std::string_view session_token;
};

// Checks that the access key ID and the secret access key are present, and that all parts can go into HTTP
// headers: visible ASCII, at most 16 KiB. The error (Code::credentials) begins with credentials.source.
Status check_credentials(const Credentials& credentials, const CredentialNames& names);

// Parses an expiration time in the forms that services and programs write; nullopt for any other form, and for a
// time without a zone. Accepted are
//   - RFC 3339, such as 2024-01-02T03:04:05Z; also with a blank for T, a lowercase t or z, UTC or GMT for Z, an
//     offset without its colon or minutes (+0000, +00), and blanks before the zone;
//   - the same zones after a date of HTTP or e-mail, such as "Thu, 01 Jan 2099 00:00:00 GMT".
std::optional<int64_t> parse_expiration(std::string_view text);

}  // namespace penstock::aws
