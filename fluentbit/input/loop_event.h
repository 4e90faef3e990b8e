// A descriptor in the event loop of a thread of the agent's: where the agent exports what that takes, we need not
// wait for the callback that comes once a second.
#pragma once

#include <functional>
#include <memory>

#include "fluentbit/agent/agent.h"

namespace penstock::fluentbit {

class LoopEvent {
 public:
  // On the instance's thread. handler is called there by the agent's loop while descriptor is readable. nullptr:
  // this agent offers no such thing.
  static std::unique_ptr<LoopEvent> add(const Agent& agent, void* instance, int descriptor,
                                        std::function<void()> handler);

  // On the same thread, before the descriptor is closed; not from the handler.
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
