// Functions of the agent that plugins look up in the program that has opened them.
#include <cstddef>
#include <cstdint>

#include "tests/fluentbit/agent_filter.h"
#include "tests/fluentbit/agent_input.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))

using penstock::test_agent::EventLoop;
using penstock::test_agent::Filter;
using penstock::test_agent::Input;
using penstock::test_agent::LoopEvent;
using penstock::test_agent::Section;

EXPORTED int flb_input_log_append(void* instance, const char* tag, size_t tag_bytes, const void* data,
                                  size_t bytes) {
  return dynamic_cast<Input&>(Section::of(instance))
      .append(tag, tag_bytes, {static_cast<const char*>(data), bytes});
}

EXPORTED const char* flb_input_name(void* instance) {
  dynamic_cast<Input&>(Section::of(instance));
  return "penstock_kinesis.0";
}

EXPORTED void* flb_input_event_loop_get(void* instance) {
  return dynamic_cast<Input&>(Section::of(instance)).event_loop();
}

EXPORTED int mk_event_add(void* loop, int fd, int type, uint32_t mask, void* event) {
  return static_cast<EventLoop*>(loop)->add(fd, type, mask, static_cast<LoopEvent*>(event));
}

EXPORTED int mk_event_del(void* loop, void* event) {
  return static_cast<EventLoop*>(loop)->remove(static_cast<LoopEvent*>(event));
}

EXPORTED const char* flb_filter_get_property(const char* key, void* instance) {
  return Section::of(instance).property(key);
}

EXPORTED void flb_filter_set_context(void* instance, void* context) {
  dynamic_cast<Filter&>(Section::of(instance)).set_context(context);
}
