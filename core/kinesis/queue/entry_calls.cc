#include "core/kinesis/queue/entry_calls.h"

#include <algorithm>
#include <utility>

#include "core/backoff.h"

namespace penstock::kinesis {

namespace {

constexpr size_t kMaxCalls = 16;                // in flight
constexpr size_t kMaxResponseBytes = 64 << 10;  // ten entries with a handle of 1,024 characters, and messages
constexpr Backoff kBackoff{100, 10'000};
constexpr Backoff kRejectedBackoff{500, 30'000};

}  // namespace

void EntryCalls::make_room() {
  const size_t needed = waiting_.size() + under_way_ + 1;
  if (needed > waiting_.capacity()) waiting_.reserve(2 * needed);
}

void EntryCalls::advance() {
  while (calls_ < kMaxCalls && waiting() > 0 && env_.clock.monotonic_ms() >= not_before_ms_) start_call();
}

std::vector<QueueEntry> EntryCalls::entries_of(const Batch& batch) const {
  std::vector<QueueEntry> entries;
  for (size_t i = 0; i < batch.size; ++i)
    entries.push_back({handle_of_(batch.entries[i].number), batch.entries[i].visibility_timeout_s});
  return entries;
}

// Removes the first ones. Moves the others up now and then only, because there may be many.
void EntryCalls::take_first(size_t size) {
  first_ += size;
  if (2 * first_ < waiting_.size()) return;
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
}

void EntryCalls::start_call() {
  Batch batch;
  batch.size = std::min(waiting(), kMaxQueueEntries);
  batch.sent_boot_ms = env_.clock.boot_ms();
  std::copy_n(waiting_.begin() + static_cast<std::ptrdiff_t>(first_), batch.size, batch.entries.begin());
  std::string body = entries_body(queue_arn_, entries_of(batch));
  aws::ServiceClient::Done done = [this, batch](Result<aws::ServiceResponse> response) {
    end_call(batch, response);
  };
  const size_t needed = waiting_.size() + under_way_ + batch.size;  // if all of them have to be sent again
  if (needed > waiting_.capacity()) waiting_.reserve(2 * needed);
  // Everything that needs memory was allocated before: from here on, the call is sure to end.
  take_first(batch.size);
  under_way_ += batch.size;
  ++calls_;
  ++total_calls_;
  client_.call(operation_, std::move(body), kMaxResponseBytes, std::move(done));
}

Result<std::vector<Status>> EntryCalls::read(const Batch& batch, Result<aws::ServiceResponse>& response) const {
  if (!response.ok()) return response.status();
  const std::vector<QueueEntry> entries = entries_of(batch);
  return read_entry_outcomes(operation_, std::move(response->body), entries);
}

void EntryCalls::end_call(const Batch& batch, Result<aws::ServiceResponse>& response) {
  const Result<std::vector<Status>> outcomes = catching_exceptions([&] { return read(batch, response); });
  --calls_;
  under_way_ -= batch.size;
  bool any_done = false;
  int64_t failed = 0;
  Status last;
  for (size_t i = 0; i < batch.size; ++i) {
    const Status& outcome = outcomes.ok() ? (*outcomes)[i] : outcomes.status();
    // mutation: failed entries not retried
    if (!outcomes.ok() || outcome.retryable()) {
      waiting_.push_back(batch.entries[i]);  // make_room() has left room for it
      last = outcome;
      ++failed;
    } else {
      any_done = true;
      done_(batch.entries[i], outcome, batch.sent_boot_ms);
    }
  }
  retries_ += failed;
  if (any_done) {
    failures_ = 0;
    incident_.recover(env_, queue_ + ": can " + action_ + " again");
  }
  if (failed == 0) return;
  ++failures_;
  const Backoff& backoff = last.retryable() ? kBackoff : kRejectedBackoff;
  not_before_ms_ = env_.clock.monotonic_ms() + backoff.delay_ms(failures_, env_.random);
  // Single entries fail under load, and succeed soon.
  if (!outcomes.ok())
    incident_.log(throttle_, queue_, last.in(std::string("cannot ") + action_ + ", retrying"),
                  last.retryable() ? LogLevel::warn : LogLevel::error);
}

int64_t EntryCalls::next_deadline_ms() const {
  if (waiting() == 0 || calls_ >= kMaxCalls) return kNever;
  return std::max(not_before_ms_, env_.clock.monotonic_ms());
}

}  // namespace penstock::kinesis
