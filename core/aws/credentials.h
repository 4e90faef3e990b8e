// The keys that sign requests, and what brings them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/completion.h"
#include "core/env.h"

namespace penstock::aws {

// The first three are never printed, logged or put into an error.
struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;       // empty: none
  int64_t expires_at_ms = kNever;  // Unix time, by the services' clock
  std::string source;              // where they came from, for a person
};

// One place that credentials come from. Asks it anew each time; CredentialsCache is what keeps them.
class CredentialsProvider {
 public:
  using Done = Completion<Credentials>;

  virtual ~CredentialsProvider() = default;
  // found is told once, inside find() or inside a later drive() of the transport, and only then may find() be
  // called again; not where find() throws std::bad_alloc. The provider touches nothing of its own after calling
  // found. It stays until then, or until the transport is gone. Code::not_found: nothing is set up there, so
  // another place may be asked. Any other error is of what is set up, and no other place should stand in for it.
  // Holds no secret.
  virtual void find(const Done& done) = 0;
};

// How a source names the three.
struct CredentialNames {
  std::string_view access_key_id;
  std::string_view secret_access_key;
  std::string_view session_token;
};

// Whether the first two are there, and all of them can go into HTTP headers: visible ASCII, at most 16 KiB. The
// error (Code::credentials) begins with credentials.source.
Status check_credentials(const Credentials& credentials, const CredentialNames& names);

// When credentials expire, as services and programs write it: RFC 3339 like 2024-01-02T03:04:05Z, also with a
// blank for T, a small t or z, UTC or GMT for Z, an offset without its colon or minutes (+0000, +00), and blanks
// before it; the same zones after the date of HTTP or e-mail, "Thu, 01 Jan 2099 00:00:00 GMT", in the forms that
// programs write. nullopt for any other, also for a time without a zone.
std::optional<int64_t> parse_expiration(std::string_view text);

}  // namespace penstock::aws
