#include "fluentbit/input/loop_event.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "fluentbit/agent/wakeup.h"

namespace penstock::fluentbit {
namespace {

// The agent's struct, by its offsets.
struct AgentEvent {
  int fd;
  int type;
  uint32_t mask;
  uint8_t status;
  void* data;
  int (*handler)(void* event);
};

struct FakeLoop {
  AgentEvent* event = nullptr;
  int deleted = 0;
  int add_result = 0;
  bool writes_elsewhere = false;
};
FakeLoop* fake_loop = nullptr;
std::vector<AgentEvent*>& remembered =
    *new std::vector<AgentEvent*>;  // never freed: an agent may use them until it exits

Agent fake_agent() {
  Agent out{};
  out.input_event_loop_get = [](void*) { return static_cast<void*>(fake_loop); };
  out.event_add = [](void* loop, int fd, int type, uint32_t mask, void* event) {
    FakeLoop& it = *static_cast<FakeLoop*>(loop);
    if (it.add_result != 0) return it.add_result;
    it.event = static_cast<AgentEvent*>(event);
    remembered.push_back(it.event);
    EXPECT_EQ(it.event->mask, 0u) << "other values count as an existing event";
    if (it.writes_elsewhere) return 0;
    it.event->fd = fd;
    it.event->type = type;
    it.event->mask = mask;
    it.event->status = 2;
    return 0;
  };
  out.event_del = [](void* loop, void*) { return ++static_cast<FakeLoop*>(loop)->deleted, 0; };
  return out;
}

class LoopEvents : public testing::Test {
 protected:
  LoopEvents() { fake_loop = &loop_; }

  std::unique_ptr<LoopEvent> add() {
    return LoopEvent::add(agent_, nullptr, wakeup_.descriptor(), [this] { ++calls_; });
  }

  FakeLoop loop_;
  Agent agent_ = fake_agent();
  Wakeup wakeup_;
  int calls_ = 0;
};

using fluentbit_loop_event = LoopEvents;

TEST_F(fluentbit_loop_event, the_agents_loop_calls_its_event_handler) {
  const auto event = add();
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(loop_.event->fd, wakeup_.descriptor());
  EXPECT_EQ(loop_.event->type, 4) << "the loop calls its handler";
  EXPECT_EQ(loop_.event->mask, 1u) << "readable";
  EXPECT_EQ(loop_.event->handler(loop_.event), 0);
  EXPECT_EQ(calls_, 1);
}

TEST_F(fluentbit_loop_event, no_exception_passes_through_the_agents_loop) {
  const auto event = LoopEvent::add(agent_, nullptr, wakeup_.descriptor(), [] { throw std::bad_alloc(); });
  EXPECT_EQ(loop_.event->handler(loop_.event), 0);
}

TEST_F(fluentbit_loop_event, a_loop_event_is_removed_from_the_loop_when_it_is_destroyed) {
  add();
  EXPECT_EQ(loop_.deleted, 1);
}

TEST_F(fluentbit_loop_event, without_an_agents_function_no_loop_event_is_created) {
  agent_.event_add = nullptr;
  EXPECT_EQ(add(), nullptr);
}

TEST_F(fluentbit_loop_event, without_an_agents_loop_no_loop_event_is_created) {
  fake_loop = nullptr;
  EXPECT_EQ(add(), nullptr);
}

TEST_F(fluentbit_loop_event, a_loop_event_that_the_agent_rejects_is_not_created) {
  loop_.add_result = -1;
  EXPECT_EQ(add(), nullptr);
}

TEST_F(fluentbit_loop_event, a_loop_event_is_removed_if_the_agents_struct_is_different) {
  loop_.writes_elsewhere = true;
  EXPECT_EQ(add(), nullptr);
  EXPECT_EQ(loop_.deleted, 1);
}

}  // namespace
}  // namespace penstock::fluentbit
