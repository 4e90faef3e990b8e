// What Fluent Bit and a file opened through its proxy (made for Go, open to any shared object) pass to each other.
// The agent's headers are not used: these are the facts, compared in the sources of 2.0, 3.0, 4.0, 4.1, 4.2.3 and
// 5.1.1. Fields that came later are not here, so that nothing is touched that an older agent does not have.
//
// What the agent looks up by name, all with C linkage:
//   int FLBPluginRegister(Definition*)         once, on the main thread; 0, or -1: the file is left out
//   int FLBPluginInit(Plugin*)                 once an instance; above 0 is fine
//   int FLBPluginUnregister(Definition*)       when the agent ends, before it closes the file
//   int FLBPluginExit()                        once an instance, if the next is not there or it is an input
// outputs:
//   int FLBPluginFlushCtx(void* context, const void* data, size_t size, char* tag)     a FlushResult
//   int FLBPluginExitCtx(void* context)
// inputs:
//   int FLBPluginInputCallback(void** data, size_t* size)                              once a second
//   int FLBPluginInputCallbackCtx(void* context, void** data, size_t* size)            the same, since 4.1
//   int FLBPluginInputCleanupCallback(void* data)                      after a callback that gave a size above 0
//   int FLBPluginInputCleanupCallbackCtx(void* context, void* data)    the same, since 4.1
//   void FLBPluginInputPause(), void FLBPluginInputResume()            since 2.2; not told for which instance
#pragma once

#include <cstddef>
#include <type_traits>

namespace penstock::fluentbit::proxy {

enum Type : int { kInput = 1, kOutput = 2 };

constexpr int kProxy = 11;  // the one kind of proxy that there is

enum FlushResult : int { kFlushError = 0, kFlushOk = 1, kFlushRetry = 2 };

// Filled in by FLBPluginRegister. Both texts come from strdup: the agent frees them. Before 4.2.3 the agent has
// nothing behind these 32 bytes, later 4 bytes and in 5.1 a pointer more, which it zeroes itself.
struct Definition {
  int type;
  int proxy;
  int flags;
  char* name;
  char* description;
};
static_assert(sizeof(void*) == 8, "the layouts are those of 64-bit platforms");
static_assert(offsetof(Definition, name) == 16 && sizeof(Definition) == 32);

// The agent's functions. 1.8 and 1.9 have the first alone. An instance is opaque to us.
struct Api {
  const char* (*output_get_property)(const char* key, void* instance);
  const char* (*input_get_property)(const char* key, void* instance);
  void* (*output_metrics)(void* instance);
  void* (*input_metrics)(void* instance);
  void (*log_print)(int level, const char* file, int line, const char* format, ...);
  int (*input_log_check)(void* instance, int level);  // 1: lines of this level are wanted
  int (*output_log_check)(void* instance, int level);
};
static_assert(offsetof(Api, log_print) == 32 && sizeof(Api) == 56);

// What FLBPluginInit gets, 1.8 to 5.1.1. Properties may be read only there; NULL: the section has no such key. The
// agent keeps some keys, like tag, match, threaded and workers, for itself, and has no value for them.
struct Plugin {
  char* name;
  const Api* api;
  void* instance;
  void* context;  // OutputContext or InputContext; lives until the instance's exit was called
};
static_assert(offsetof(Plugin, context) == 24 && std::is_standard_layout_v<Plugin>);

// Set by FLBPluginInit, and given to FlushCtx and ExitCtx.
struct OutputContext {
  void* remote;
  void* proxy;
};

// Since 4.1; set by FLBPluginInit, and given to the input's ...Ctx functions. Zeroed before, but for proxy.
struct InputContext {
  int collector;
  void* remote;
  void* proxy;
};
static_assert(offsetof(OutputContext, remote) == 0 && offsetof(InputContext, remote) == 8);

// Before 4.1 an input had the output's context, whose first field the agent overwrote, and no ...Ctx functions.
inline bool has_input_context(const void* context) {
  return static_cast<const OutputContext*>(context)->proxy == nullptr;
}

// Levels of log_print and log_check: those of PENSTOCK_LOG_*.

// Exported by the agent, looked up with dlsym(RTLD_DEFAULT, ...); 2.0 to 5.1.1. tag may be NULL: that of the
// section. 0: taken, by the chunk where the instance has no thread of its own, else by a ring that the agent may
// lose. -1: not taken (the instance is paused, a processor failed, the ring is full).
using InputLogAppend = int (*)(void* instance, const char* tag, size_t tag_size, const void* data, size_t size);
inline constexpr char kInputLogAppend[] = "flb_input_log_append";

// The same, told how many log events there are, which the agent would count otherwise.
using InputLogAppendRecords = int (*)(void* instance, size_t records, const char* tag, size_t tag_size,
                                      const void* data, size_t size);
inline constexpr char kInputLogAppendRecords[] = "flb_input_log_append_records";

// Names that the agent gives its threads (PR_SET_NAME, 15 bytes): the pipeline's, where inputs without a thread of
// their own are, and the beginning of those of inputs that have one; set before FLBPluginInit is called.
inline constexpr char kPipelineThread[] = "flb-pipeline";
inline constexpr char kInputThreadPrefix[] = "flb-in-";

}  // namespace penstock::fluentbit::proxy
