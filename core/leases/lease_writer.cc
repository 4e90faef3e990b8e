#include "core/leases/lease_writer.h"

#include <algorithm>
#include <utility>

#include "core/backoff.h"

namespace penstock::leases {

void LeaseWriter::add(LeaseOp op) {
  if (keys_.contains(op.lease.key)) return;
  std::set<std::string> key = {op.lease.key};
  waiting_.push_back(std::move(op));
  keys_.merge(key);
}

void LeaseWriter::set_takes(std::deque<LeaseOp> takes, size_t most) {
  takes_ = std::move(takes);
  takes_wanted_ = most;
}

void LeaseWriter::keep_only_creates() {
  takes_.clear();
  std::erase_if(waiting_, [this](const LeaseOp& op) {
    return op.kind == LeaseOp::Kind::remove && keys_.erase(op.lease.key) > 0;
  });
}

int64_t LeaseWriter::next_boot_ms() const {
  const bool waits = !waiting_.empty() || (!takes_.empty() && takes_wanted_ > 0);
  return waits ? next_boot_ms_ : kNever;
}

void LeaseWriter::drop_expired() {
  const auto is_expired = [now_ms = context_.env.clock.boot_ms()](const LeaseOp& op) {
    return now_ms >= op.until_boot_ms;
  };
  std::erase_if(waiting_, [&](const LeaseOp& op) { return is_expired(op) && keys_.erase(op.lease.key) > 0; });
  std::erase_if(takes_, is_expired);
}

void LeaseWriter::advance() {
  drop_expired();
  const auto may_begin = [this] {
    return context_.room_for_call() && context_.env.clock.boot_ms() >= next_boot_ms_;
  };
  while (!waiting_.empty() && may_begin()) start_first(waiting_);
  while (!takes_.empty() && takes_wanted_ > 0 && may_begin())
    if (keys_.contains(takes_.front().lease.key))
      takes_.pop_front();
    else
      start_first(takes_);
}

// Allocates first: once the op has left the queue, its call is sure to end.
void LeaseWriter::start_first(std::deque<LeaseOp>& queue) {
  const LeaseOp op = queue.front();
  std::set<std::string> key = {op.lease.key};
  LeaseTable::Written written =
      [this, op, started_boot_ms = context_.env.clock.boot_ms()](const Result<LeaseWriteResult>& result) {
        on_response(op, started_boot_ms, result);
      };
  queue.pop_front();
  keys_.merge(key);
  ++context_.calls;
  ++context_.writes;
  switch (op.kind) {
    case LeaseOp::Kind::create:
      return context_.table.create(op.lease, std::move(written));
    case LeaseOp::Kind::remove:
      return context_.table.remove(op.lease.key, op.lease.counter, std::move(written));
    case LeaseOp::Kind::take:
      --takes_wanted_;
      return context_.table.take(op.lease, context_.worker, op.change, std::move(written));
  }
}

void LeaseWriter::on_response(const LeaseOp& op, int64_t started_boot_ms, const Result<LeaseWriteResult>& result) {
  context_.on_write_done(result.ok());
  keys_.erase(op.lease.key);
  const std::string from = owner_before(op);
  if (!result.ok()) {
    const Backoff backoff{200, context_.failover_ms / 3};
    next_boot_ms_ = context_.env.clock.boot_ms() + backoff.delay_ms(++failures_, context_.env.random);
    if (op.kind == LeaseOp::Kind::create) add(op);
    if (op.kind == LeaseOp::Kind::take) {
      if (unanswered_.size() >= kMaxUnanswered) unanswered_.clear();
      unanswered_[op.lease.key] = from;
    }
    context_.log_failure(context_.writing, result.status(), "cannot write leases");
    return;
  }
  failures_ = 0;
  // Another worker was faster; there may be more leases to take.
  if (op.kind == LeaseOp::Kind::take && result->outcome == LeaseWriteResult::Outcome::conflict) ++takes_wanted_;
  done_(op, started_boot_ms, *result, from);
}

std::string LeaseWriter::owner_before(const LeaseOp& op) {
  const auto before = unanswered_.extract(op.lease.key);
  return before && op.lease.owner == context_.worker ? before.mapped() : op.lease.owner;
}

}  // namespace penstock::leases
