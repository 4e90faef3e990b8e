#include "tests/fluentbit/event_loop.h"

#include <poll.h>

#include <algorithm>

namespace penstock::test_agent {

namespace {

constexpr uint8_t kNone = 1, kRegistered = 2;

}  // namespace

int EventLoop::add(int fd, int type, uint32_t mask, LoopEvent* event) {
  if (event->mask != 0) return -1;
  event->fd = fd;
  event->type = type;
  event->mask = mask;
  event->status = kRegistered;
  events_.push_back(event);
  return 0;
}

int EventLoop::remove(LoopEvent* event) {
  if (std::erase(events_, event) == 0) return -1;
  event->mask = 0;
  event->status = kNone;
  return 0;
}

bool EventLoop::serve(int timeout_ms) {
  std::vector<pollfd> waited;
  for (const LoopEvent* event : events_) waited.push_back({event->fd, POLLIN, 0});
  if (poll(waited.data(), waited.size(), timeout_ms) <= 0) return false;
  const std::vector<LoopEvent*> before = events_;
  for (size_t i = 0; i < before.size(); ++i)
    if (waited[i].revents != 0 && before[i]->type == kCustomType) before[i]->handler(before[i]);
  return true;
}

}  // namespace penstock::test_agent
