// One section [OUTPUT] penstock_kinesis of the agent's conf.
#pragma once

#include <atomic>
#include <memory>
#include <string_view>

#include "fluentbit/agent/agent.h"
#include "fluentbit/agent/config_section.h"
#include "fluentbit/agent/log_relay.h"
#include "fluentbit/agent/wakeup.h"
#include "fluentbit/output/delivery.h"
#include "fluentbit/output/output_thread.h"
#include "fluentbit/output/record_format.h"

namespace penstock::fluentbit {

// By the own options of a section, which are good one by one.
RecordFormat record_format(const ConfigSection& own);

class OutputInstance {
 public:
  // nullptr: the agent's log says why not, and what to do.
  static std::unique_ptr<OutputInstance> open(const proxy::Plugin& plugin);

  // Ends in a few seconds at most: what could not be delivered is left to the agent. No flush may be under way.
  ~OutputInstance();
  OutputInstance(const OutputInstance&) = delete;
  OutputInstance& operator=(const OutputInstance&) = delete;

  // [thread-safe] Delivers a chunk, or says after flush_timeout that it is to come again. Needs little stack.
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
