// Functions of the agent that plugins look up in the program that opened them.
#include <cstdarg>
#include <cstddef>
#include <cstdint>

#include "tests/fluentbit/agent_filter.h"
#include "tests/fluentbit/agent_input.h"
#include "tests/fluentbit/log_book.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))

using penstock::test_agent::EventLoop;
using penstock::test_agent::Filter;
using penstock::test_agent::Input;
using penstock::test_agent::log_book;
using penstock::test_agent::LoopEvent;
using penstock::test_agent::Section;

EXPORTED int flb_input_log_append(void* instance, const char* tag, size_t tag_bytes, const void* data,
                                  size_t bytes) {
  return dynamic_cast<Input&>(Section::of(instance))
      .append(tag, tag_bytes, {static_cast<const char*>(data), bytes});
}

EXPORTED const char* flb_input_name(void* instance) { return dynamic_cast<Input&>(Section::of(instance)).name(); }

EXPORTED void* flb_input_event_loop_get(void* instance) {
  return dynamic_cast<Input&>(Section::of(instance)).event_loop();
}

EXPORTED int mk_event_add(void* loop, int fd, int type, uint32_t mask, void* event) {
  return static_cast<EventLoop*>(loop)->add(fd, type, mask, static_cast<LoopEvent*>(event));
}

EXPORTED int mk_event_del(void* loop, void* event) {
  return static_cast<EventLoop*>(loop)->remove(static_cast<LoopEvent*>(event));
}

EXPORTED const char* flb_filter_name(void* instance) {
  return dynamic_cast<Filter&>(Section::of(instance)).name();
}

EXPORTED __attribute__((format(printf, 4, 5))) void flb_log_print(int level, const char*, int, const char* format,
                                                                  ...) {
  va_list arguments;
  va_start(arguments, format);
  log_book().add(level, format, arguments);
  va_end(arguments);
}

EXPORTED const char* flb_filter_get_property(const char* key, void* instance) {
  return Section::of(instance).property(key);
}

EXPORTED void flb_filter_set_context(void* instance, void* context) {
  dynamic_cast<Filter&>(Section::of(instance)).set_context(context);
}
