// When to call an instance again.
#pragma once

#include <cstdint>

#include "client/instance.h"

namespace penstock::client {

// A schedule for one instance: call it when its descriptor is readable or its deadline has come, but not during a
// pause. The pause is needed because an instance that fails may continue to be due.
class Pacing {
 public:
  static constexpr int64_t kAfterFailureMs = 100;

  // The first call is due immediately. REQUIRES: instance is open before the first due(), and outlives this.
  explicit Pacing(const Instance& instance) : instance_(&instance) {}

  // Returns whether a call is due: it is wanted, and not paused.
  bool due(int64_t now_ms) const { return !paused(now_ms) && wanted(now_ms); }
  bool paused(int64_t now_ms) const { return now_ms < pause_end_ms_; }
  bool wanted(int64_t now_ms) const { return readable_ || instance_->next_deadline_ms() <= now_ms; }

  // Returns the time at which due() or descriptor() changes even if the descriptor stays quiet; never before
  // now_ms. INT64_MAX: never.
  int64_t next_ms(int64_t now_ms) const;
  // Returns the descriptor to wait for; -1 if the instance has none, and during a pause, when it may
  // stay readable.
  int descriptor(int64_t now_ms) const { return ignored_ || paused(now_ms) ? -1 : instance_->descriptor(); }
  void on_readable() { readable_ = true; }
  void ignore_descriptor() { ignored_ = true; }

  // Records the result of a call that does all work that is due. A failure starts a pause.
  void on_called(int32_t result, int64_t now_ms);
  // Records that another call failed.
  void pause(int64_t now_ms) { pause_end_ms_ = now_ms + kAfterFailureMs; }

 protected:
  const Instance* instance_;
  bool readable_ = true;
  bool ignored_ = false;
  int64_t pause_end_ms_ = INT64_MIN;
};

// A schedule for an input. The input is blocked while its batches cannot be accepted; it is then pumped, not
// polled.
class InputPacing : public Pacing {
 public:
  static constexpr int64_t kAfterRefusalMs = 1000;
  static constexpr int64_t kBlockedMs = 20;

  using Pacing::Pacing;

  enum class Call { none, poll, pump };
  // Returns the call that is due. A call is due immediately when the input becomes unblocked.
  Call next_call(bool blocked, int64_t now_ms);

  // Records that poll() returned result. refused: an emitted batch was rejected.
  void on_polled(int32_t result, bool refused, int64_t now_ms);
  void on_pumped(int64_t now_ms);

 private:
  bool was_blocked_ = false;
};

}  // namespace penstock::client
