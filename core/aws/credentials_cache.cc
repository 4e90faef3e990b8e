#include "core/aws/credentials_cache.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/time.h"

namespace penstock::aws {

namespace {

constexpr int64_t kEarliestRefreshMs = int64_t{10} * 60 * 1000;  // before expiration
constexpr Backoff kPause = {1000, 60'000};

}  // namespace

void CredentialsCache::get(Got done) {
  if (!refreshing_ && due()) refresh();
  if (!usable() && refreshing_) {
    const Status waits = catching_exceptions([&] {
      waiting_.emplace_back();
      return Status();
    });
    if (!waits.ok()) return done(waits);
    waiting_.back() = std::move(done);
    return;
  }
  done(outcome());
}

void CredentialsCache::on_rejected(const std::string& access_key_id) {
  if (!current_ || current_->access_key_id != access_key_id || env_.clock.monotonic_ms() < paused_until_ms_)
    return;
  rejected_ = true;
}

std::optional<int64_t> CredentialsCache::expires_at_ms() const {
  if (!current_ || current_->expires_at_ms == kNever) return std::nullopt;
  return current_->expires_at_ms;
}

bool CredentialsCache::due() const {
  if (env_.clock.monotonic_ms() < paused_until_ms_) return false;
  return !current_ || rejected_ || clock_.now_ms() >= refresh_at_ms_;
}

bool CredentialsCache::usable() const {
  return current_ && !rejected_ && clock_.now_ms() < current_->expires_at_ms;
}

void CredentialsCache::refresh() {
  refreshing_ = true;
  CredentialsProvider::Done::start([this](Result<Credentials> found) { take(std::move(found)); },
                                   [this](const CredentialsProvider::Done& found) { provider_->find(found); });
}

// Returns a copy, because a callback may call get() and change current_.
Result<Credentials> CredentialsCache::outcome() const {
  return catching_exceptions([this] { return usable() ? Result<Credentials>(*current_) : last_error_; });
}

void CredentialsCache::take(Result<Credentials> found) {
  refreshing_ = false;
  const Status status =
      catching_exceptions([&] { return found.ok() ? accept(std::move(*found)) : found.status(); });
  if (!status.ok()) {
    const int64_t pause_ms = kPause.delay_ms(++failures_, env_.random);
    paused_until_ms_ = env_.clock.monotonic_ms() + pause_ms;
    failing_ = true;
    last_error_ = catching_exceptions([&] {
      if (usable())
        env_.warn("PS0249", "cannot refresh the credentials, retrying: " + status.message() +
                                " (the current ones expire at " + format_rfc3339(current_->expires_at_ms) + ")");
      return status.with_code(Code::credentials);
    });
  }
  const Result<Credentials> result = outcome();
  std::exception_ptr thrown;  // by one callback; the others still run
  for (const Got& got : std::exchange(waiting_, {})) {
    try {
      got(result);
    } catch (...) {
      thrown = std::current_exception();
    }
  }
  if (thrown) std::rethrow_exception(thrown);
}

Status CredentialsCache::accept(Credentials found) {
  const int64_t now_ms = clock_.now_ms();
  if (found.expires_at_ms <= now_ms)
    return {Code::credentials, "PS0248",
            found.source + ": the credentials have already expired; check the clock of this machine (expired at " +
                format_rfc3339(found.expires_at_ms) + ", now " + format_rfc3339(now_ms) + ")"};
  const bool known = current_ && current_->access_key_id == found.access_key_id &&
                     current_->secret_access_key == found.secret_access_key &&
                     current_->session_token == found.session_token;
  if (!current_ || current_->source != found.source)
    env_.log(LogLevel::info, "using credentials from " + found.source);
  else if (failing_)
    env_.log(LogLevel::info, "credentials are refreshed again from " + found.source);
  failing_ = false;
  if (known && rejected_) {
    // The provider returned the rejected credentials again. Use them, because a service may need a while to accept
    // new keys, but pause before the next refresh.
    paused_until_ms_ = env_.clock.monotonic_ms() + kPause.delay_ms(++failures_, env_.random);
  } else {
    failures_ = 0;
    paused_until_ms_ = 0;
  }
  rejected_ = false;
  if (found.expires_at_ms != kNever) {
    const int64_t lead_ms = std::min(kEarliestRefreshMs, (found.expires_at_ms - now_ms) / 2);
    const auto jitter_ms = static_cast<int64_t>(env_.random.next() % static_cast<uint64_t>(lead_ms / 2 + 1));
    refresh_at_ms_ = found.expires_at_ms - lead_ms + jitter_ms;
  } else {
    refresh_at_ms_ = kNever;
  }
  current_ = std::move(found);
  return {};
}

}  // namespace penstock::aws
