// What newer agents export beyond what our plugins require. Not linked into the program that acts as version 2.0,
// in which log events have no metadata and plugins use the append function that counts the records itself.
#include <cstddef>

#include "tests/fluentbit/agent_input.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))

using penstock::test_agent::Input;
using penstock::test_agent::Section;

// Exported since 2.1, which added metadata to log events. Plugins look it up to detect that.
EXPORTED int flb_log_event_decoder_init(void*, char*, size_t) { return -1; }

EXPORTED int flb_input_log_append_records(void* instance, size_t records, const char* tag, size_t tag_bytes,
                                          const void* data, size_t bytes) {
  return dynamic_cast<Input&>(Section::of(instance))
      .append(tag, tag_bytes, {static_cast<const char*>(data), bytes}, records);
}
