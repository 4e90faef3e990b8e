// The interface between Fluent Bit and a filter that its native loader opens. The agent's headers are not used:
// this file states the facts, compared in the sources of 2.0, 2.1, 2.2, 3.0, 3.2, 4.0, 4.2.3 and 5.1.1.
//
// The loader opens a file named flb-filter_NAME.so, looks up the data symbol filter_NAME_plugin in it, and copies
// as many bytes from there as its own structure has. The last field of that structure is a list link that the
// loader sets itself. The offsets below are the same from 2.2 to 5.1.1. The fields after cb_exit differ: 3.2 added
// a callback there, which may be null. Before 2.2 cb_pre_run does not exist; the agent calls the pointer at that
// offset as cb_init, with the same arguments.
#pragma once

#include <cstddef>
#include <type_traits>

namespace penstock::fluentbit::filter {

enum EventType : int { kLogs = 1 };

enum FilterResult : int {
  kModified = 1,  // the agent takes *out and free()s it; 0 bytes: it drops all records
  kUntouched = 2  // the records pass unchanged
};

// Instances, inputs and the agent's configuration are opaque.
struct Plugin {
  int event_type;
  int flags;  // no flags are known
  const char* name;
  const char* description;
  void* config_map;  // null: the agent does not check options; flb_filter_get_property reads them
  int (*cb_pre_run)(void* instance, void* config, void* data);  // nonzero: the agent does not start
  int (*cb_init)(void* instance, void* config, void* data);     // nonzero: the agent does not start
  // data is a sequence of log events; tag is not always NUL-terminated. Called on the pipeline's thread, or for a
  // processor on an input's thread. context is the argument of flb_filter_set_context.
  int (*cb_filter)(const void* data, size_t size, const char* tag, int tag_size, void** out, size_t* out_size,
                   void* instance, void* input, void* context, void* config);
  int (*cb_exit)(void* context, void* config);  // called only if a context is set
  void* later[16];                              // zeros, for fields that other versions have after cb_exit
};
static_assert(sizeof(void*) == 8, "the layout is that of 64-bit platforms");
static_assert(offsetof(Plugin, name) == 8 && offsetof(Plugin, cb_pre_run) == 32 &&
              offsetof(Plugin, cb_filter) == 48 && offsetof(Plugin, later) == 64);
static_assert(std::is_standard_layout_v<Plugin>);

// Functions that the agent exports, found with dlsym(RTLD_DEFAULT, ...).
//   const char* flb_filter_get_property(const char* key, void* instance)   key without case; null: not set
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

// Symbols that only agents before 2.2 export: 2.0, 2.1 and earlier.
inline constexpr const char* kOnlyBefore2_2[] = {"flb_plugin_proxy_output_init", "flb_plugin_proxy_init"};

}  // namespace penstock::fluentbit::filter
