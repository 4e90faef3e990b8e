// Cached credentials, shared by all calls of an instance.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/aws/credentials.h"
#include "core/aws/service_clock.h"
#include "core/backoff.h"
#include "core/env.h"

namespace penstock::aws {

// A cache that fetches new credentials when the current ones are rejected or near their end: at a random moment in
// their last 10 minutes (in the last half of shorter lifetimes), so that a fleet does not refresh all at once.
// Calls use the current credentials while they are valid, and otherwise wait. One refresh runs at a time. After a
// failed refresh there is a pause of up to 1 minute.
class CredentialsCache {
 public:
  // The argument is valid only during the callback.
  using Got = std::function<void(const Result<Credentials>&)>;

  // env and clock outlive the cache; the cache outlives the transport.
  CredentialsCache(Env& env, const ServiceClock& clock, std::unique_ptr<CredentialsProvider> provider)
      : env_(env), clock_(clock), provider_(std::move(provider)) {}
  CredentialsCache(const CredentialsCache&) = delete;
  CredentialsCache& operator=(const CredentialsCache&) = delete;

  // Calls done once with valid credentials or an error: in get(), or in a later drive() of the transport if it has
  // to wait. The error (Code::credentials) lists the providers that were tried and the error of each.
  void get(Got done);

  // Handles a rejection, by the service, of a call signed with that key as unknown or expired: the next get()
  // waits for new credentials. Does nothing if the key was replaced meanwhile, or during the pause after a refresh
  // that returned nothing new.
  void on_rejected(const std::string& access_key_id);

  // Returns when the current credentials expire, Unix time; nullopt without credentials, or if they never do.
  std::optional<int64_t> expires_at_ms() const;

 private:
  bool due() const;
  bool usable() const;
  void refresh();
  Result<Credentials> outcome() const;
  void take(Result<Credentials> found);
  Status accept(Credentials found);

  Env& env_;
  const ServiceClock& clock_;
  const std::unique_ptr<CredentialsProvider> provider_;
  std::optional<Credentials> current_;
  bool rejected_ = false;      // whether the service rejected current_
  int64_t refresh_at_ms_ = 0;  // refresh time of current_, by clock_
  bool refreshing_ = false;
  bool failing_ = false;  // the last refresh failed
  std::vector<Got> waiting_;
  int failures_ = 0;             // consecutive refreshes that returned nothing new
  int64_t paused_until_ms_ = 0;  // monotonic time
  Status last_error_;
};

}  // namespace penstock::aws
