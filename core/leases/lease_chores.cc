#include "core/leases/lease_chores.h"

#include <algorithm>
#include <utility>

#include "core/base/backoff.h"

namespace penstock {

void LeaseChores::add(LeaseChore chore) {
  if (keys_.insert(chore.lease.key).second) waiting_.push_back(std::move(chore));
}

void LeaseChores::choose_takes(std::deque<LeaseChore> takes, size_t most) {
  takes_ = std::move(takes);
  takes_wanted_ = most;
}

void LeaseChores::begin_close() {
  takes_.clear();
  std::erase_if(waiting_, [this](const LeaseChore& chore) {
    return chore.kind == LeaseChore::Kind::remove && keys_.erase(chore.lease.key) > 0;
  });
}

int64_t LeaseChores::next_boot_ms() const {
  const bool waits = !waiting_.empty() || (!takes_.empty() && takes_wanted_ > 0);
  return waits ? next_boot_ms_ : kNever;
}

void LeaseChores::drop_what_is_late() {
  const auto is_late = [now_ms = terms_.env.clock.boot_ms()](const LeaseChore& chore) {
    return now_ms >= chore.until_boot_ms;
  };
  std::erase_if(waiting_,
                [&](const LeaseChore& chore) { return is_late(chore) && keys_.erase(chore.lease.key) > 0; });
  std::erase_if(takes_, is_late);
}

void LeaseChores::advance() {
  drop_what_is_late();
  const auto may_begin = [this] { return terms_.room_for_call() && terms_.env.clock.boot_ms() >= next_boot_ms_; };
  while (!waiting_.empty() && may_begin()) {
    const LeaseChore chore = std::move(waiting_.front());
    waiting_.pop_front();
    begin(chore);
  }
  while (!takes_.empty() && takes_wanted_ > 0 && may_begin()) {
    const LeaseChore chore = std::move(takes_.front());
    takes_.pop_front();
    if (!keys_.insert(chore.lease.key).second) continue;
    --takes_wanted_;
    begin(chore);
  }
}

void LeaseChores::begin(const LeaseChore& chore) {
  ++terms_.calls;
  ++terms_.writes;
  const auto written = [this, chore, started_ms = terms_.env.clock.boot_ms()](const Result<LeaseWrite>& result) {
    answered(chore, started_ms, result);
  };
  switch (chore.kind) {
    case LeaseChore::Kind::make:
      return terms_.table.create(chore.lease, written);
    case LeaseChore::Kind::remove:
      return terms_.table.remove(chore.lease.key, chore.lease.counter, written);
    case LeaseChore::Kind::take:
      return terms_.table.take(chore.lease, terms_.worker, chore.change, written);
  }
}

void LeaseChores::answered(const LeaseChore& chore, int64_t started_boot_ms, const Result<LeaseWrite>& result) {
  --terms_.calls;
  terms_.reached = result.ok();
  keys_.erase(chore.lease.key);
  const std::string from = owner_before(chore);
  if (!result.ok()) {
    terms_.reporter.report(result.status().in("leases"));
    const Backoff backoff{200, terms_.failover_ms / 3};
    next_boot_ms_ = terms_.env.clock.boot_ms() + backoff.delay_ms(++failures_, terms_.env.random);
    if (chore.kind == LeaseChore::Kind::make) add(chore);
    if (chore.kind == LeaseChore::Kind::take) unanswered_[chore.lease.key] = from;
    return;
  }
  failures_ = 0;
  // Another was quicker: there may be more.
  if (chore.kind == LeaseChore::Kind::take && result->outcome == LeaseWrite::Outcome::refused) ++takes_wanted_;
  done_(chore, started_boot_ms, *result, from);
}

std::string LeaseChores::owner_before(const LeaseChore& chore) {
  const auto before = unanswered_.extract(chore.lease.key);
  return before && chore.lease.owner == terms_.worker ? before.mapped() : chore.lease.owner;
}

}  // namespace penstock
