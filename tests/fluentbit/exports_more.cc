// What the agent exports beyond the least that a plugin of ours needs. Not in the program that stands for 2.0:
// there log events have no metadata, and the append that counts for itself is in use.
#include <cstddef>

#include "tests/fluentbit/agent_input.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))

using penstock::test_agent::Input;
using penstock::test_agent::Section;

// Since 2.1, when log events got metadata, and how a plugin can tell.
EXPORTED int flb_log_event_decoder_init(void*, char*, size_t) { return -1; }

EXPORTED int flb_input_log_append_records(void* instance, size_t records, const char* tag, size_t tag_bytes,
                                          const void* data, size_t bytes) {
  return dynamic_cast<Input&>(Section::of(instance))
      .append(tag, tag_bytes, {static_cast<const char*>(data), bytes}, records);
}
