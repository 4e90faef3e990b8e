#include "core/leases/held_lease.h"

#include <algorithm>
#include <utility>

#include "core/backoff.h"

namespace penstock::leases {

void LeaseContext::log_failure(Incident& incident, const Status& status, const std::string& what) {
  incident.log(throttle, "", status.in(what + ", retrying"),
               status.retryable() ? LogLevel::warn : LogLevel::error);
}

void HeldLease::advance_to(kinesis::ShardPosition position) {
  if (position.is_end())
    ended_ = true;
  else
    position_ = std::move(position);
}

void HeldLease::end_shard(std::vector<Lease> children) {
  std::vector<std::string> ids;
  for (const Lease& child : children) ids.push_back(child.shard_id);
  std::sort(ids.begin(), ids.end());
  child_ids_ = std::move(ids);
  children_ = std::move(children);
  finishing_ = true;
}

Lease HeldLease::newest_row() const {
  Lease row = row_;
  if (moved()) {
    row.checkpoint = position_.sequence_number;
    row.sub_sequence_number = position_.sub_sequence_number;
  }
  return row;
}

HeldLease::Step HeldLease::step(int64_t boot_ms) const {
  if (state_ != State::held || calling_ || boot_ms < retry_boot_ms_) return Step::none;
  if (row_.checkpoint == kinesis::kShardEnd) return Step::evict;
  const bool renewal_due = boot_ms >= renewal_boot_ms();
  if (finishing_) {
    if (row_.child_ids != child_ids_) return Step::name_children;
    // mutation: end of a shard written without the leases of its children
    if (children_.empty()) return Step::end;
    return renewal_due ? Step::renew : Step::create_child;
  }
  // mutation: lease handed over without its last position
  if (handing_over_) return moved() ? Step::checkpoint : Step::evict;
  if (moved() && (renewal_due || boot_ms >= saved_boot_ms_ + context_.checkpoint_interval_ms))
    return Step::checkpoint;
  return renewal_due ? Step::renew : Step::none;
}

int64_t HeldLease::next_boot_ms() const {
  if (state_ != State::held || calling_) return kNever;
  const bool at_once = finishing_ || handing_over_ || row_.checkpoint == kinesis::kShardEnd;
  int64_t next_ms = at_once ? 0 : renewal_boot_ms();
  if (moved()) next_ms = std::min(next_ms, saved_boot_ms_ + context_.checkpoint_interval_ms);
  return std::max(next_ms, retry_boot_ms_);
}

void HeldLease::advance() {
  LeaseChange change;
  switch (step(context_.env.clock.boot_ms())) {
    case Step::none:
      return;
    case Step::renew:
      break;
    case Step::checkpoint:
      change.checkpoint = position_.sequence_number;
      change.sub_sequence_number = position_.sub_sequence_number;
      saved_boot_ms_ = context_.env.clock.boot_ms();
      break;
    case Step::name_children:
      change.child_ids = child_ids_;
      break;
    case Step::end:
      change.checkpoint = kinesis::kShardEnd;
      end_tried_ = true;
      break;
    case Step::create_child:
      return create_child();
    case Step::evict:
      return evict();
  }
  write(change);
}

void HeldLease::write(const LeaseChange& change) {
  const int64_t start_boot_ms = context_.env.clock.boot_ms();
  tried_boot_ms_ = std::min(tried_boot_ms_, start_boot_ms);
  begin_call();
  context_.table.renew(
      row_.key, row_.counter, context_.worker, change,
      [this, start_boot_ms](const Result<LeaseWriteResult>& result) { on_written(start_boot_ms, result); });
}

void HeldLease::on_written(int64_t start_boot_ms, const Result<LeaseWriteResult>& result) {
  if (!end_call(result.status())) return;
  rechecking_ = false;
  if (!result->row) {
    // If the response to the write of SHARD_END was lost, other workers may have deleted the ended row since.
    state_ = end_tried_ ? State::finished : State::deleted;
    return;
  }
  if (result->row->owner != context_.worker) {
    state_ = State::lost;
    return;
  }
  // If an earlier call of ours succeeded, it is unknown which one, so the lease counts as renewed at the start of
  // the first.
  Lease row = *result->row;
  // mutation: lease valid from the response, not from the call
  renewed_boot_ms_ = result->outcome == LeaseWriteResult::Outcome::done ? start_boot_ms : tried_boot_ms_;
  tried_boot_ms_ = kNever;
  row_ = std::move(row);
  std::sort(row_.child_ids.begin(), row_.child_ids.end());
}

void HeldLease::create_child() {
  begin_call();
  context_.table.create(children_.back(), [this](const Result<LeaseWriteResult>& result) {
    // The lease exists now, no matter which worker created it.
    if (end_call(result.status())) children_.pop_back();
  });
}

void HeldLease::evict() {
  begin_call();
  context_.table.evict(row_.key, context_.worker, [this](const Result<LeaseWriteResult>& result) {
    if (!end_call(result.status())) return;
    Lease row = result->row ? *result->row : row_;
    state_ = State::released;
    row_ = std::move(row);
  });
}

void HeldLease::begin_call() {
  calling_ = true;
  ++context_.calls;
  ++context_.writes;
}

bool HeldLease::end_call(const Status& status) {
  calling_ = false;
  context_.on_write_done(status.ok());
  context_.held_call_ended = true;
  if (status.ok()) {
    failures_ = 0;
    return true;
  }
  const Backoff backoff{200, context_.failover_ms / 3};
  retry_boot_ms_ = context_.env.clock.boot_ms() + backoff.delay_ms(++failures_, context_.env.random);
  context_.log_failure(context_.writing, status, "cannot write leases");
  return false;
}

}  // namespace penstock::leases
