// One section [OUTPUT] penstock_kinesis of the agent's conf.
#pragma once

#include <atomic>
#include <memory>
#include <string_view>
#include <vector>

#include "fluentbit/agent/agent.h"
#include "fluentbit/agent/config_section.h"
#include "fluentbit/agent/log_relay.h"
#include "fluentbit/agent/wakeup.h"
#include "fluentbit/output/delivery.h"
#include "fluentbit/output/output_thread.h"
#include "fluentbit/output/record_format.h"

namespace penstock::fluentbit {

// Makes the format from a section's own options. REQUIRES: each option by itself is valid.
RecordFormat record_format(const ConfigSection& own);

// Returns the options for the output stage. A record waits only kLinger for others to share its call, unless the
// section has its own linger: the agent has gathered the records of a chunk, and waits for the last of them.
inline constexpr std::string_view kLinger = "1ms";
std::vector<penstock_option> stage_options(const ConfigSection& section, const penstock_stage& output);

class OutputInstance {
 public:
  // Opens an instance and starts its thread. If it returns nullptr, the agent's log has the reason and what to do.
  static std::unique_ptr<OutputInstance> open(const proxy::Plugin& plugin);

  // Ends within a few seconds; the agent keeps what could not be delivered. REQUIRES: no flush is in progress.
  ~OutputInstance();
  OutputInstance(const OutputInstance&) = delete;
  OutputInstance& operator=(const OutputInstance&) = delete;

  // [thread-safe] Delivers a chunk, or returns kFlushRetry after flush_timeout. Needs little stack.
  proxy::FlushResult flush(std::string_view data, std::string_view tag) noexcept;

 private:
  OutputInstance(const proxy::Plugin& plugin, const AgentLog& log, DeliveryStages stages, RecordFormat format);

  AgentLog log_;
  Wakeup log_waiting_;
  LogRelay relay_;
  Delivery delivery_;
  std::unique_ptr<OutputThread> thread_;
  std::atomic<bool> flushed_ = false;
};

}  // namespace penstock::fluentbit
