#include "core/leases/lease_chores.h"

#include <algorithm>
#include <utility>

#include "core/backoff.h"

namespace penstock::leases {

void LeaseChores::add(LeaseChore chore) {
  if (keys_.contains(chore.lease.key)) return;
  std::set<std::string> key = {chore.lease.key};
  waiting_.push_back(std::move(chore));
  keys_.merge(key);
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
  while (!waiting_.empty() && may_begin()) begin_first(waiting_);
  while (!takes_.empty() && takes_wanted_ > 0 && may_begin())
    if (keys_.contains(takes_.front().lease.key))
      takes_.pop_front();
    else
      begin_first(takes_);
}

// What needs memory comes first: from where the chore is taken off, its call ends.
void LeaseChores::begin_first(std::deque<LeaseChore>& of) {
  const LeaseChore chore = of.front();
  std::set<std::string> key = {chore.lease.key};
  LeaseTable::Written written = [this, chore, started_ms = terms_.env.clock.boot_ms()](
                                    const Result<LeaseWrite>& result) { answered(chore, started_ms, result); };
  of.pop_front();
  keys_.merge(key);
  ++terms_.calls;
  ++terms_.writes;
  switch (chore.kind) {
    case LeaseChore::Kind::make:
      return terms_.table.create(chore.lease, std::move(written));
    case LeaseChore::Kind::remove:
      return terms_.table.remove(chore.lease.key, chore.lease.counter, std::move(written));
    case LeaseChore::Kind::take:
      --takes_wanted_;
      return terms_.table.take(chore.lease, terms_.worker, chore.change, std::move(written));
  }
}

void LeaseChores::answered(const LeaseChore& chore, int64_t started_boot_ms, const Result<LeaseWrite>& result) {
  terms_.write_ended(result.ok());
  keys_.erase(chore.lease.key);
  const std::string from = owner_before(chore);
  if (!result.ok()) {
    const Backoff backoff{200, terms_.failover_ms / 3};
    next_boot_ms_ = terms_.env.clock.boot_ms() + backoff.delay_ms(++failures_, terms_.env.random);
    if (chore.kind == LeaseChore::Kind::make) add(chore);
    if (chore.kind == LeaseChore::Kind::take) {
      if (unanswered_.size() >= kMaxUnanswered) unanswered_.clear();
      unanswered_[chore.lease.key] = from;
    }
    terms_.failed(terms_.writing, result.status().in("leases"));
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

}  // namespace penstock::leases
