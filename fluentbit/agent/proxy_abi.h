// The interface between Fluent Bit and a shared object that its proxy opens. (The proxy was made for Go, but
// accepts any shared object.) The agent's headers are not used: this file states the facts, compared in the
// sources of 2.0, 3.0, 4.0, 4.1, 4.2.3 and 5.1.1. Fields that were added later are omitted, so that nothing is
// accessed that an older agent lacks; config_map.h has the exception.
//
// Symbols that the agent looks up, all with C linkage:
//   int FLBPluginRegister(Definition*)         once, on the main thread; 0, or -1: the agent ignores the file
//   int FLBPluginInit(Plugin*)                 once per instance; above 0: success
//   int FLBPluginUnregister(Definition*)       when the agent ends, before it closes the file
//   int FLBPluginExit()                        once per instance, if FLBPluginExitCtx is missing or for inputs
// outputs:
//   int FLBPluginFlushCtx(void* context, const void* data, size_t size, char* tag)     returns a FlushResult
//   int FLBPluginExitCtx(void* context)
// inputs:
//   int FLBPluginInputCallback(void** data, size_t* size)                              once per second
//   int FLBPluginInputCallbackCtx(void* context, void** data, size_t* size)            the same, since 4.1
//   int FLBPluginInputCleanupCallback(void* data)                      after a callback that set a size above 0
//   int FLBPluginInputCleanupCallbackCtx(void* context, void* data)    the same, since 4.1
//   void FLBPluginInputPause(), void FLBPluginInputResume()            since 2.2; do not identify the instance
#pragma once

#include <cstddef>
#include <type_traits>

namespace penstock::fluentbit::proxy {

enum Type : int { kInput = 1, kOutput = 2 };

constexpr int kProxy = 11;  // the only kind of proxy

enum FlushResult : int { kFlushError = 0, kFlushOk = 1, kFlushRetry = 2 };

// Filled in by FLBPluginRegister. Both texts are allocated with strdup: the agent frees them. Before 4.2.3 the
// agent's struct ends after these 32 bytes.
struct Definition {
  int type;
  int proxy;
  int flags;
  char* name;
  char* description;
};
static_assert(sizeof(void*) == 8, "the layouts are those of 64-bit platforms");
static_assert(offsetof(Definition, name) == 16 && sizeof(Definition) == 32);

// One option of a plugin (flb_config_map). An array of them ends with an entry without a name. The agent copies
// the names and the defaults of a registered array for each instance, but it keeps the pointers to the
// descriptions.
struct ConfigMapEntry {
  int type;  // 0: text. The agent does not convert the values of a proxy's options.
  const char* name;
  const char* default_value;  // may be null
  int flags;
  int set_property;
  size_t offset;
  const char* description;
  void* value[5];  // the agent's own, like link
  void* link[2];
};
static_assert(offsetof(ConfigMapEntry, value) == 48 && sizeof(ConfigMapEntry) == 104);

// The struct since 5.1.1. The agent zeroes it before FLBPluginRegister. 4.2.3 to 5.1.0 have it without config_map.
struct DefinitionWithOptions {
  Definition definition;
  int event_type;                    // 0: logs
  const ConfigMapEntry* config_map;  // null: the agent checks no options; it never frees the array
};
static_assert(offsetof(DefinitionWithOptions, config_map) == 40 && sizeof(DefinitionWithOptions) == 48);

// The agent's functions. 1.8 and 1.9 have only the first. An instance is opaque.
struct Api {
  const char* (*output_get_property)(const char* key, void* instance);
  const char* (*input_get_property)(const char* key, void* instance);
  void* (*output_metrics)(void* instance);
  void* (*input_metrics)(void* instance);
  void (*log_print)(int level, const char* file, int line, const char* format, ...);
  int (*input_log_check)(void* instance, int level);  // 1: lines of this level are logged
  int (*output_log_check)(void* instance, int level);
};
static_assert(offsetof(Api, log_print) == 32 && sizeof(Api) == 56);

// The argument of FLBPluginInit, 1.8 to 5.1.1. Properties may be read only there; NULL: the section has no such
// key. The agent reserves some keys, for example tag, match, threaded and workers, and returns no value for them.
struct Plugin {
  char* name;
  const Api* api;
  void* instance;
  void* context;  // OutputContext or InputContext; lives until the instance's exit is called
};
static_assert(offsetof(Plugin, context) == 24 && std::is_standard_layout_v<Plugin>);

// Set by FLBPluginInit; passed to FlushCtx and ExitCtx.
struct OutputContext {
  void* remote;
  void* proxy;
};

// Since 4.1. Set by FLBPluginInit; passed to the input's ...Ctx functions. Zeroed before FLBPluginInit, except for
// proxy.
struct InputContext {
  int collector;
  void* remote;
  void* proxy;
};
static_assert(offsetof(OutputContext, remote) == 0 && offsetof(InputContext, remote) == 8);

// Returns whether the agent is 4.1 or later. Before 4.1, an input had the output's context, whose first field the
// agent overwrote, and no ...Ctx functions.
inline bool has_input_context(const void* context) {
  return static_cast<const OutputContext*>(context)->proxy == nullptr;
}

// The levels of log_print and log_check are those of PENSTOCK_LOG_*.

// Exported by the agent from 2.0 to 5.1.1; found with dlsym(RTLD_DEFAULT, ...). tag may be NULL: the section's
// tag. 0: accepted, into a chunk if the instance has no thread of its own, else into a ring, whose contents the
// agent may lose. -1: rejected (the instance is paused, a processor failed, or the ring is full).
using InputLogAppend = int (*)(void* instance, const char* tag, size_t tag_size, const void* data, size_t size);
inline constexpr char kInputLogAppend[] = "flb_input_log_append";

// The same, with the number of log events; the other function counts them.
using InputLogAppendRecords = int (*)(void* instance, size_t records, const char* tag, size_t tag_size,
                                      const void* data, size_t size);
inline constexpr char kInputLogAppendRecords[] = "flb_input_log_append_records";

// Names that the agent gives its threads (PR_SET_NAME, 15 bytes) before it calls FLBPluginInit: the pipeline's
// thread, which also runs inputs without their own thread, and the prefix for the threads of the other inputs.
inline constexpr char kPipelineThread[] = "flb-pipeline";
inline constexpr char kInputThreadPrefix[] = "flb-in-";

// The agent's own options of all outputs, an exported array of ConfigMapEntry.
inline constexpr char kOutputProperties[] = "output_global_properties";

// malloc_usable_size() of jemalloc, if the agent is linked with it and it has that prefix.
inline constexpr char kJemallocUsableSize[] = "je_malloc_usable_size";

}  // namespace penstock::fluentbit::proxy
