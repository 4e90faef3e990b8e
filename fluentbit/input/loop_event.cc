#include "fluentbit/input/loop_event.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>

namespace penstock::fluentbit {

namespace {

// Constants of the agent's event loop, the same from 2.0.0 to 5.1.1.
constexpr int kCustomType = 4;  // the loops of the pipeline and of inputs call the event's own handler
constexpr uint32_t kRead = 1;
constexpr uint8_t kNone = 1;
constexpr uint8_t kRegistered = 2;

}  // namespace

// The agent's struct, the same from 2.0.0 to 5.1.1, followed by a field of ours.
struct LoopEvent::Event {
  int fd;
  int type;
  uint32_t mask;
  uint8_t status;
  void* data;
  int (*handler)(void* event);
  void* links[2];
  void* priority_links[2];
  char priority;

  LoopEvent* owner;
};

LoopEvent::LoopEvent(const Agent& agent, void* loop, std::function<void()> handler)
    : agent_(agent), loop_(loop), handler_(std::move(handler)), event_(std::make_unique<Event>()) {
  static_assert(offsetof(Event, handler) == 24 && offsetof(Event, priority) == 64);
  event_->fd = -1;
  event_->status = kNone;
  event_->handler = [](void* event) {
    try {
      static_cast<Event*>(event)->owner->handler_();
    } catch (const std::exception&) {  // out of memory; must not reach the agent's loop
    }
    return 0;
  };
  event_->owner = this;
}

std::unique_ptr<LoopEvent> LoopEvent::add(const Agent& agent, void* instance, int descriptor,
                                          std::function<void()> handler) {
  if (agent.input_event_loop_get == nullptr || agent.event_add == nullptr || agent.event_del == nullptr)
    return nullptr;
  void* const loop = agent.input_event_loop_get(instance);
  if (loop == nullptr) return nullptr;
  std::unique_ptr<LoopEvent> out(new LoopEvent(agent, loop, std::move(handler)));
  Event& event = *out->event_;
  if (agent.event_add(loop, descriptor, kCustomType, kRead, &event) != 0) return nullptr;
  if (event.fd == descriptor && event.type == kCustomType && (event.status & kRegistered) != 0) return out;
  // The agent wrote somewhere else, so its struct is different. It may keep the address: leak the event.
  agent.event_del(loop, out->event_.release());
  return nullptr;
}

LoopEvent::~LoopEvent() {
  if (event_ != nullptr) agent_.event_del(loop_, event_.get());
}

}  // namespace penstock::fluentbit
