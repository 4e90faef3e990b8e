// The agent that opened this shared object: what it exports beyond the proxy interface, and which of its threads
// we are on. The shared object opens without any of these exports: code that uses one has an alternative, or
// reports what is missing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "abi/penstock.h"
#include "base/message_id.h"
#include "fluentbit/agent/log_relay.h"
#include "fluentbit/agent/proxy_abi.h"

namespace penstock::fluentbit {

// Functions found in the process; nullptr: the agent does not export it.
struct Agent {
  proxy::InputLogAppend input_log_append;
  proxy::InputLogAppendRecords input_log_append_records;
  const char* (*input_name)(void* instance);      // flb_input_name: the section's alias, or plugin and number
  void* (*input_event_loop_get)(void* instance);  // flb_input_event_loop_get: loop of the instance's thread
  const char* (*output_name)(void* instance);     // flb_output_name
  int (*event_add)(void* loop, int fd, int type, uint32_t mask, void* event);  // mk_event_add
  int (*event_del)(void* loop, void* event);                                   // mk_event_del
  // Log events are [[time, metadata], body] since 2.1, and [time, body] before. Detected by the export
  // flb_log_event_decoder_init, which 2.1 added.
  bool takes_metadata;
};

// [thread-safe] Returns the exports, which are looked up once.
const Agent& agent();

enum class AgentThread { kPipeline, kInput, kOther };

// Returns the kind of the calling thread, by the name that the agent gave it.
AgentThread this_thread();

// A writer to the agent's log, in the form that the agent's own plugins use.
class AgentLog {
 public:
  using Check = int (*)(void* instance, int level);  // nonzero: lines of that level are logged
  using InstanceName = const char* (*)(void* instance);

  // Lines get a source like "input:penstock_kinesis:penstock_kinesis.0". kind is its first word; instance_name
  // returns its last word, and is nullptr if the agent does not export such a function. plugin.instance must
  // outlive the log.
  AgentLog(const proxy::Plugin& plugin, const char* kind, Check check, InstanceName instance_name);

  // Logs one line, with its code, as a warning or an error. Lines from threads that the agent did not create go to
  // standard error, and not to the agent's log file.
  void warn(MessageId id, std::string_view text) const { line(PENSTOCK_LOG_WARN, coded(id, text)); }
  // Logs one line at a PENSTOCK_LOG_ level. Errors and warnings already have codes.
  void line(int32_t level, std::string_view text) const;
  // Logs each line of text, which has its code.
  void lines(int32_t level, std::string_view text) const;
  // Logs each line of text at the error level. Returns whether there was a line.
  bool errors(std::string_view text) const;
  // Logs the lines of a relay.
  void print(LogRelay& relay) const;

 private:
  void (*print_)(int level, const char* file, int line, const char* format, ...);
  Check check_;
  void* instance_;
  std::string name_;
};

// Returns the least severe PENSTOCK_LOG_ level that an instance logs.
int32_t max_level(int (*check)(void* instance, int level), void* instance);

}  // namespace penstock::fluentbit
