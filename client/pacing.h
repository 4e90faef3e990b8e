// When an instance is called again.
#pragma once

#include <cstdint>

#include "client/instance.h"

namespace penstock::client {

// An instance is called when its descriptor is readable or its deadline has come, but not during a pause: one that
// fails may go on saying that it is due.
class Pacing {
 public:
  static constexpr int64_t kAfterFailureMs = 100;

  // The first call is due at once. REQUIRES: instance is open before it is due, and outlives this.
  explicit Pacing(const Instance& instance) : instance_(&instance) {}

  // Whether a call is due: it is wanted, and there is no pause.
  bool due(int64_t now_ms) const { return !paused(now_ms) && wanted(now_ms); }
  bool paused(int64_t now_ms) const { return now_ms < pause_end_ms_; }
  bool wanted(int64_t now_ms) const { return readable_ || instance_->next_deadline_ms() <= now_ms; }

  // When due() and descriptor() change even if the descriptor stays quiet; not before now_ms. INT64_MAX: never.
  int64_t next_ms(int64_t now_ms) const;
  // The descriptor to wait for; -1: none, which includes every pause, since it would never be quiet.
  int descriptor(int64_t now_ms) const { return ignored_ || paused(now_ms) ? -1 : instance_->descriptor(); }
  void on_readable() { readable_ = true; }
  void ignore_descriptor() { ignored_ = true; }

  // A call that deals with all there is to do was made, and returned result. A failure starts a pause.
  void on_called(int32_t result, int64_t now_ms);
  // Another call failed.
  void pause(int64_t now_ms) { pause_end_ms_ = now_ms + kAfterFailureMs; }

 protected:
  const Instance* instance_;
  bool readable_ = true;
  bool ignored_ = false;
  int64_t pause_end_ms_ = INT64_MIN;
};

// The pacing of an input, which is blocked while nobody takes what it would emit: then it is pumped, not polled.
class InputPacing : public Pacing {
 public:
  static constexpr int64_t kAfterRefusalMs = 1000;
  static constexpr int64_t kBlockedMs = 20;

  using Pacing::Pacing;

  enum class Call { none, poll, pump };
  // Returns the call that is due. It is due at once when the input is no longer blocked.
  Call next_call(bool blocked, int64_t now_ms);

  // poll() was called, and returned result. refused: an emitted batch was not taken.
  void on_polled(int32_t result, bool refused, int64_t now_ms);
  void on_pumped(int64_t now_ms);

 private:
  bool was_blocked_ = false;
};

}  // namespace penstock::client
