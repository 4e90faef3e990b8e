#include "host/pipeline/fan_in_tracker.h"

namespace penstock::host {

namespace {

// Larger is worse. An unknown outcome counts as the worst: reading a record again loses nothing.
int severity(int32_t outcome) {
  switch (outcome) {
    case PENSTOCK_FILTERED:
      return 0;
    case PENSTOCK_DELIVERED:
      return 1;
    case PENSTOCK_DEAD_LETTERED:
      return 2;
    default:
      return 3;
  }
}

}  // namespace

uint64_t FanInTracker::open(size_t input, uint64_t ack_id) {
  const uint64_t id = ++last_id_;
  open_[id] = {input, ack_id, 1, PENSTOCK_FILTERED};
  return id;
}

void FanInTracker::add(uint64_t id) {
  const auto found = open_.find(id);
  if (found != open_.end()) ++found->second.references;
}

void FanInTracker::worsen(uint64_t id, int32_t outcome) {
  const auto found = open_.find(id);
  if (found == open_.end() || severity(outcome) <= severity(found->second.worst)) return;
  found->second.worst = severity(outcome) == severity(PENSTOCK_RELEASED) ? PENSTOCK_RELEASED : outcome;
}

bool FanInTracker::settle(uint64_t id, int32_t outcome) {
  worsen(id, outcome);
  const auto found = open_.find(id);
  if (found == open_.end()) return false;
  if (--found->second.references == 0) {
    settled_.push_back({found->second.input, found->second.ack_id, found->second.worst});
    open_.erase(found);
  }
  return true;
}

void FanInTracker::release_all() {
  for (const auto& [id, batch] : open_) settled_.push_back({batch.input, batch.ack_id, PENSTOCK_RELEASED});
  open_.clear();
}

void FanInTracker::take_settled(std::vector<Settled>& into) {
  into.clear();
  into.swap(settled_);
}

}  // namespace penstock::host
