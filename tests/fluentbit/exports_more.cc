// What newer agents export beyond what our plugins require. Not linked into the program that acts as version 2.0,
// in which log events have no metadata and plugins use the append function that counts the records itself.
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/fluentbit/agent_input.h"
#include "tests/fluentbit/metrics_store.h"
#include "tests/fluentbit/proxy_file.h"
#include "tests/fluentbit/zoned.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))

using penstock::test_agent::ConfigMapEntry;
using penstock::test_agent::Input;
using penstock::test_agent::metrics_store;
using penstock::test_agent::Section;
using penstock::test_agent::Zoned;

// The agent's own options of all outputs. Plugins look at their layout before they declare options of their own.
extern "C" {
__attribute__((visibility("default"))) extern ConfigMapEntry output_global_properties[3];
ConfigMapEntry output_global_properties[3] = {
    {0, "match", nullptr, 0, 0, 0, "a pattern", {}, {}}, {0, "alias", nullptr, 0, 0, 0, "a name", {}, {}}, {}};
}

// The agent of the official images is linked with jemalloc.
EXPORTED size_t je_malloc_usable_size(void* block) { return Zoned::bytes_at(block); }

// Exported since 2.1, which added metadata to log events. Plugins look it up to detect that.
EXPORTED int flb_log_event_decoder_init(void*, char*, size_t) { return -1; }

EXPORTED int flb_input_log_append_records(void* instance, size_t records, const char* tag, size_t tag_bytes,
                                          const void* data, size_t bytes) {
  return dynamic_cast<Input&>(Section::of(instance))
      .append(tag, tag_bytes, {static_cast<const char*>(data), bytes}, records);
}

// The store of metrics is identified by the handle of its instance.
EXPORTED void* flb_input_get_cmt_instance(void* instance) { return instance; }
EXPORTED void* flb_output_get_cmt_instance(void* instance) { return instance; }

namespace {

void* create(void* store, const char* name_space, const char* subsystem, const char* name, bool is_counter) {
  return metrics_store().create(store, std::string(name_space) + "_" + subsystem + "_" + name, is_counter);
}

}  // namespace

EXPORTED void* cmt_counter_create(void* store, char* name_space, char* subsystem, char* name, char*, int, char**) {
  return create(store, name_space, subsystem, name, true);
}
EXPORTED void* cmt_gauge_create(void* store, char* name_space, char* subsystem, char* name, char*, int, char**) {
  return create(store, name_space, subsystem, name, false);
}
EXPORTED int cmt_counter_set(void* counter, uint64_t, double value, int, char** labels) {
  return metrics_store().set(counter, true, value, labels[0]);
}
EXPORTED int cmt_gauge_set(void* gauge, uint64_t, double value, int, char** labels) {
  return metrics_store().set(gauge, false, value, labels[0]);
}
