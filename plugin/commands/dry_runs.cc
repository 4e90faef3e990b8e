#include "plugin/commands/dry_runs.h"

#include <optional>
#include <utility>

namespace penstock::plugin {

namespace {

// Only an endpoint that ignores DryRun sends more. Its response to GetRecords with Limit 1 fits.
constexpr size_t kMaxResponseBytes = 14 << 20;

bool would_succeed(const char* operation, const Status& status) {
  return status.message().starts_with(std::string(operation) + ": DryRunOperationException");
}

}  // namespace

DryRuns::Result DryRuns::run(aws::ServiceClient& client, const char* operation, std::string body) {
  body.replace(body.size() - 1, 1, ",\"DryRun\":true}");
  Status last;
  for (int failures = 1;; ++failures) {
    rest();
    const std::optional<penstock::Result<aws::ServiceResponse>> response = patience_.attempt<aws::ServiceResponse>(
        [&](auto done) { client.call(operation, body, kMaxResponseBytes, std::move(done)); });
    not_before_ms_ = patience_.env().clock.monotonic_ms() + kPauseMs;
    if (!response)
      return {Outcome::would_fail,
              last.ok() ? patience_.timed_out(last).in(operation) : patience_.timed_out(last)};
    if (response->ok()) return {Outcome::ignored, {}};
    last = response->status();
    if (would_succeed(operation, last)) {
      patience_.renew();
      return {Outcome::would_succeed, {}};
    }
    if (!Patience::is_worth_another_try(last, failures)) return {Outcome::would_fail, last};
    if (patience_.is_over()) return {Outcome::would_fail, last};
  }
}

void DryRuns::rest() {
  Env& env = patience_.env();
  while (env.clock.monotonic_ms() < not_before_ms_) env.transport.drive(not_before_ms_);
}

}  // namespace penstock::plugin
