// The agent that has opened this file: what it exports beyond the proxy's own interface, and where we run in it.
// Nothing of it is needed to open; each user has another way, or says what is missing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fluentbit/agent/log_relay.h"
#include "fluentbit/agent/proxy_abi.h"

namespace penstock::fluentbit {

// Functions looked up in the process; nullptr: it does not export that one.
struct Agent {
  proxy::InputLogAppend input_log_append;
  proxy::InputLogAppendRecords input_log_append_records;
  const char* (*input_name)(void* instance);      // flb_input_name: the section's alias, or plugin and number
  void* (*input_event_loop_get)(void* instance);  // flb_input_event_loop_get: of the instance's thread
  const char* (*output_name)(void* instance);     // flb_output_name
  int (*event_add)(void* loop, int fd, int type, uint32_t mask, void* event);  // mk_event_add
  int (*event_del)(void* loop, void* event);                                   // mk_event_del
  // Log events are [[time, metadata], body], since 2.1; before, [time, body]. Told by the agent's exporting
  // flb_log_event_decoder_init, which 2.1 brought.
  bool takes_metadata;
};

// [thread-safe] Looked up once.
const Agent& agent();

enum class AgentThread { kPipeline, kInput, kOther };

// The calling thread, by the name that the agent gave it.
AgentThread this_thread();

// Writes to the agent's log as one of its own plugins would.
class AgentLog {
 public:
  using Check = int (*)(void* instance, int level);  // whether lines of that level are wanted
  using InstanceName = const char* (*)(void* instance);

  // The name of a line's source is as in "input:penstock_kinesis:penstock_kinesis.0". kind: its first word;
  // instance_name, for its last: nullptr where the agent exports none. plugin.instance must outlive the log.
  AgentLog(const proxy::Plugin& plugin, const char* kind, Check check, InstanceName instance_name);

  // One line, at a PENSTOCK_LOG_ level. Threads that the agent has not made may call it too; what they say then
  // goes to standard error, and not to the agent's log file.
  void line(int32_t level, std::string_view text) const;
  // The same for each line of text.
  void lines(int32_t level, std::string_view text) const;
  // The same at the level of errors. Returns whether there was a line.
  bool errors(std::string_view text) const;
  // Prints what a relay has.
  void print(LogRelay& relay) const;

 private:
  void (*print_)(int level, const char* file, int line, const char* format, ...);
  Check check_;
  void* instance_;
  std::string name_;
};

// The least severe PENSTOCK_LOG_ level whose lines an instance wants.
int32_t max_level(int (*check)(void* instance, int level), void* instance);

}  // namespace penstock::fluentbit
