// What Fluent Bit and a filter opened by its native loader pass to each other. The agent's headers are not used:
// these are the facts, compared in the sources of 2.0, 2.1, 2.2, 3.0, 3.2, 4.0, 4.2.3 and 5.1.1.
//
// The loader takes a file called flb-filter_NAME.so, looks up the data symbol filter_NAME_plugin in it, and copies
// from there as many bytes as its own structure has, whose last field is a link of a list that it fills in itself.
// The offsets below are the same from 2.2 to 5.1.1. What follows cb_exit is not: 3.2 brought a callback, which may
// be null. Before 2.2 there is no cb_pre_run, and what lies there is called as cb_init, with the same arguments.
#pragma once

#include <cstddef>
#include <type_traits>

namespace penstock::fluentbit::filter {

enum EventType : int { kLogs = 1 };

enum FilterResult : int {
  kModified = 1,  // the agent takes *out, and free()s it; no bytes: it drops all records
  kUntouched = 2  // the records go on as they were
};

// Instances, inputs and the agent's configuration are opaque to us.
struct Plugin {
  int event_type;
  int flags;  // none are known
  const char* name;
  const char* description;
  void* config_map;  // null: options are not checked by the agent, and read with flb_filter_get_property
  int (*cb_pre_run)(void* instance, void* config, void* data);  // not 0: the agent does not start
  int (*cb_init)(void* instance, void* config, void* data);     // not 0: the agent does not start
  // data is a run of log events; tag is not always NUL-ended. On the pipeline's thread, or, as a processor, on an
  // input's. context is what was given to flb_filter_set_context.
  int (*cb_filter)(const void* data, size_t size, const char* tag, int tag_size, void** out, size_t* out_size,
                   void* instance, void* input, void* context, void* config);
  int (*cb_exit)(void* context, void* config);  // not called where there is no context
  void* later[16];                              // zeros, for what versions have or will have behind it
};
static_assert(sizeof(void*) == 8, "the layout is that of 64-bit platforms");
static_assert(offsetof(Plugin, name) == 8 && offsetof(Plugin, cb_pre_run) == 32 &&
              offsetof(Plugin, cb_filter) == 48 && offsetof(Plugin, later) == 64);
static_assert(std::is_standard_layout_v<Plugin>);

// Exported by the agent, looked up with dlsym(RTLD_DEFAULT, ...).
//   const char* flb_filter_get_property(const char* key, void* instance)   key without case; null: there is none
//   void flb_filter_set_context(void* instance, void* context)
//   const char* flb_filter_name(void* instance)                            the alias, or plugin and number
//   void flb_log_print(int level, const char* file, int line, const char* format, ...)   levels: PENSTOCK_LOG_*
inline constexpr char kGetProperty[] = "flb_filter_get_property";
inline constexpr char kSetContext[] = "flb_filter_set_context";
inline constexpr char kName[] = "flb_filter_name";
inline constexpr char kLogPrint[] = "flb_log_print";
using GetProperty = const char* (*)(const char* key, void* instance);
using SetContext = void (*)(void* instance, void* context);
using Name = const char* (*)(void* instance);
using LogPrint = void (*)(int level, const char* file, int line, const char* format, ...);

// What only agents before 2.2 export: 2.0 and 2.1, and those before.
inline constexpr const char* kOnlyBefore2_2[] = {"flb_plugin_proxy_output_init", "flb_plugin_proxy_init"};

}  // namespace penstock::fluentbit::filter
