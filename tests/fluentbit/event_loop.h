// The event loop of one of the agent's threads, as far as a plugin may use it: it calls a handler when a
// descriptor is readable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace penstock::test_agent {

// mk_event; the fields after `handler` are private to the loop.
struct LoopEvent {
  int fd;
  int type;
  uint32_t mask;
  uint8_t status;
  void* data;
  int (*handler)(void* event);
  void* links[4];
  char priority;
};

// REQUIRES: used on one thread.
class EventLoop {
 public:
  static constexpr int kCustomType = 4;  // the only type whose own handler is called
  static constexpr uint32_t kRead = 1;

  int add(int fd, int type, uint32_t mask, LoopEvent* event);  // mk_event_add
  int remove(LoopEvent* event);                                // mk_event_del
  // Waits until a descriptor is readable, and calls the handlers. Returns false if none was.
  bool serve(int timeout_ms);
  size_t events() const { return events_.size(); }

 private:
  std::vector<LoopEvent*> events_;
};

}  // namespace penstock::test_agent
