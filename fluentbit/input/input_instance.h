// One section [INPUT] penstock_kinesis of the agent's conf. REQUIRES: all calls are on the agent's thread of the
// instance.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "fluentbit/agent/agent.h"
#include "fluentbit/agent/config_section.h"
#include "fluentbit/agent/log_relay.h"
#include "fluentbit/agent/wakeup.h"
#include "fluentbit/input/chunk_queue.h"
#include "fluentbit/input/drain.h"
#include "fluentbit/input/input_thread.h"
#include "fluentbit/input/loop_event.h"
#include "fluentbit/input/reader.h"

namespace penstock::fluentbit {

class InputInstance {
 public:
  // Opens an instance and starts to read. If it returns nullptr, the agent's log has the reason and what to do.
  static std::unique_ptr<InputInstance> open(const proxy::Plugin& plugin);

  // Ends within a few seconds: what the agent has accepted is in the checkpoint; the rest is read again.
  ~InputInstance();
  // Starts to stop the thread, so that destructors of several instances wait in parallel.
  void begin_to_end();
  InputInstance(const InputInstance&) = delete;
  InputInstance& operator=(const InputInstance&) = delete;

  // Passes what has been read to the agent; the agent calls it once per second. If the agent exports no append
  // function, returns the data and its size instead. The data is valid until give_back(), and no further data is
  // returned before that.
  size_t collect(void** data);
  void give_back();

  // While paused, passes nothing to the agent.
  void pause(bool paused);

 private:
  InputInstance(const proxy::Plugin& plugin, const AgentLog& log, ReaderStages stages, ChunkFormat format);

  void start(void* instance);
  void on_ready();
  void drain(int64_t budget_ms);

  AgentLog log_;
  Wakeup ready_;  // raised when there are chunks or log lines
  LogRelay relay_;
  ChunkQueue queue_;
  Reader reader_;
  Drain drain_;
  bool paused_ = false;
  std::string handed_over_;
  size_t chunks_handed_over_ = 0;
  std::unique_ptr<InputThread> thread_;
  std::unique_ptr<LoopEvent> event_;
};

}  // namespace penstock::fluentbit
