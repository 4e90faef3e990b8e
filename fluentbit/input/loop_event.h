// A descriptor in the event loop of an agent thread. If the agent exports the functions that this needs, we need
// not wait for the callback that comes once per second.
#pragma once

#include <functional>
#include <memory>

#include "fluentbit/agent/agent.h"

namespace penstock::fluentbit {

class LoopEvent {
 public:
  // Adds the event: the agent's loop calls handler while descriptor is readable. Returns nullptr if this agent
  // does not support it. REQUIRES: called on the instance's thread.
  static std::unique_ptr<LoopEvent> add(const Agent& agent, void* instance, int descriptor,
                                        std::function<void()> handler);

  // REQUIRES: called on the same thread, not from the handler, and before the descriptor is closed.
  ~LoopEvent();
  LoopEvent(const LoopEvent&) = delete;
  LoopEvent& operator=(const LoopEvent&) = delete;

 private:
  struct Event;
  LoopEvent(const Agent& agent, void* loop, std::function<void()> handler);

  const Agent& agent_;
  void* loop_;
  std::function<void()> handler_;
  std::unique_ptr<Event> event_;
};

}  // namespace penstock::fluentbit
