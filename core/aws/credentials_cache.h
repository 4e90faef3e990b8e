// Credentials kept and refreshed for all the calls of an instance.
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

// Asks the provider for new credentials once the old ones are in their last ten minutes (at a random moment, so
// that a fleet does not ask at once; in their last half where they live shorter than that), or were refused. While
// the old ones are good, calls go on with them; else they wait. One refresh at a time; after one that failed there
// is a pause of up to a minute.
class CredentialsCache {
 public:
  // What get() found. Good for the call alone.
  using Got = std::function<void(const Result<Credentials>&)>;

  // env and clock outlive it, and so does it the transport.
  CredentialsCache(Env& env, const ServiceClock& clock, std::unique_ptr<CredentialsProvider> provider)
      : env_(env), clock_(clock), provider_(std::move(provider)) {}
  CredentialsCache(const CredentialsCache&) = delete;
  CredentialsCache& operator=(const CredentialsCache&) = delete;

  // got runs once: inside get(), or inside a later drive() of the transport where it has to wait. The error
  // (Code::credentials) says which providers were tried and what each said.
  void get(Got done);

  // The service refused a call signed with that key as unknown or expired: the next get() waits for others.
  // Nothing if the key was replaced meanwhile, or in the pause after a refresh that brought nothing new.
  void on_rejected(const std::string& access_key_id);

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
  bool rejected_ = false;      // current_ was
  int64_t refresh_at_ms_ = 0;  // of current_, by clock_
  bool refreshing_ = false;
  bool failing_ = false;  // the last refresh failed
  std::vector<Got> waiting_;
  int failures_ = 0;             // refreshes one after another that brought nothing new
  int64_t paused_until_ms_ = 0;  // monotonic
  Status last_error_;
};

}  // namespace penstock::aws
