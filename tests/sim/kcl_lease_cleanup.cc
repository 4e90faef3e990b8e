#include "tests/sim/kcl_lease_cleanup.h"

#include <algorithm>

#include "core/leases/lease.h"

namespace penstock::sim {

namespace {
constexpr int64_t kCompletedMs = 5 * 60'000;
constexpr int64_t kGarbageMs = 30 * 60'000;
}  // namespace

bool KclLeaseCleanup::has(const std::string& key) const {
  return std::any_of(queue_.begin(), queue_.end(), [&](const auto& ended) { return ended.lease.key == key; });
}

void KclLeaseCleanup::run(int64_t now_ms) {
  const bool look_for_completed = now_ms - completed_since_ms_ >= kCompletedMs;
  const bool look_for_garbage = now_ms - garbage_since_ms_ >= kGarbageMs;
  if (!look_for_completed && !look_for_garbage) return;
  std::erase_if(queue_, [&](KclEndedLease& ended) {
    Outcome outcome = Outcome::kept;
    try {
      outcome = clean_up(ended, look_for_completed, look_for_garbage);
    } catch (const KclError&) {
      return false;  // tried again
    }
    if (outcome == Outcome::completed) completed_since_ms_ = now_ms;
    if (outcome == Outcome::garbage) garbage_since_ms_ = now_ms;
    return outcome != Outcome::kept;
  });
}

KclLeaseCleanup::Outcome KclLeaseCleanup::clean_up(KclEndedLease& ended, bool look_for_completed,
                                                   bool look_for_garbage) {
  try {
    if (!look_for_completed) {
      ended.stream->children_of(client_, ended.shard_id);
      return Outcome::kept;
    }
    const auto row = kcl_.get(ended.lease.key);
    if (!row) return Outcome::completed;
    std::vector<std::string> children = row->children;
    if (children.empty()) {
      children = ended.stream->children_of(client_, ended.shard_id);
      if (!children.empty()) kcl_.set_children(ended.lease, children);
    } else if (look_for_garbage) {
      ended.stream->children_of(client_, ended.shard_id);
    }
    return delete_completed(ended, children) ? Outcome::completed : Outcome::kept;
  } catch (const KclError& error) {
    if (error.code != "ResourceNotFoundException") throw;
    kcl_.remove(ended.lease.key);
    return Outcome::garbage;
  }
}

bool KclLeaseCleanup::delete_completed(const KclEndedLease& ended, const std::vector<std::string>& children) {
  for (const std::string& child : children) {
    const auto row = kcl_.get(ended.stream->lease_key(child));
    if (!row || row->checkpoint == leases::kTrimHorizonCheckpoint ||
        row->checkpoint == leases::kAtTimestampCheckpoint)
      return false;
  }
  for (const std::string& parent : ended.lease.parents)
    if (kcl_.get(ended.stream->lease_key(parent))) return false;
  kcl_.remove(ended.lease.key);
  return true;
}

}  // namespace penstock::sim
