// The agent's event loop of a thread, as far as a plugin may use it: it calls a handler when a descriptor is
// readable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace penstock::test_agent {

// mk_event; its fields after handler are the loop's own.
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

// On one thread.
class EventLoop {
 public:
  static constexpr int kCustomType = 4;  // the one kind whose own handler is called
  static constexpr uint32_t kRead = 1;

  int add(int fd, int type, uint32_t mask, LoopEvent* event);  // mk_event_add
  int remove(LoopEvent* event);                                // mk_event_del
  // Waits until something is readable, and calls the handlers; false where nothing was.
  bool serve(int timeout_ms);
  size_t events() const { return events_.size(); }

 private:
  std::vector<LoopEvent*> events_;
};

}  // namespace penstock::test_agent
