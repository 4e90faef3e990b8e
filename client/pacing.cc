#include "client/pacing.h"

#include <algorithm>

namespace penstock::client {

int64_t Pacing::next_ms(int64_t now_ms) const {
  if (paused(now_ms)) return pause_end_ms_;
  return readable_ ? now_ms : std::max(instance_->next_deadline_ms(), now_ms);
}

void Pacing::on_called(int32_t result, int64_t now_ms) {
  readable_ = false;
  if (result < 0) pause(now_ms);
}

InputPacing::Call InputPacing::next_call(bool blocked, int64_t now_ms) {
  const bool unblocked = was_blocked_ && !blocked;
  was_blocked_ = blocked;
  if (unblocked) pause_end_ms_ = INT64_MIN;
  if (!unblocked && !due(now_ms)) return Call::none;
  return blocked ? Call::pump : Call::poll;
}

void InputPacing::on_polled(int32_t result, bool refused, int64_t now_ms) {
  readable_ = refused;  // it still has the batch, but its descriptor may stay quiet
  if (result < 0) pause_end_ms_ = now_ms + (refused ? kAfterRefusalMs : kAfterFailureMs);
}

void InputPacing::on_pumped(int64_t now_ms) {
  readable_ = false;
  pause_end_ms_ = now_ms + kBlockedMs;
}

}  // namespace penstock::client
