// One section [INPUT] penstock_kinesis of the agent's conf. All calls are made on the agent's thread of the
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
  // Opens it and starts to read. nullptr: the agent's log says why not, and what to do.
  static std::unique_ptr<InputInstance> open(const proxy::Plugin& plugin);

  // Ends in a few seconds at most: what the agent has taken is in the checkpoint, the rest is read again.
  ~InputInstance();
  // Lets the destructor wait less where several instances end.
  void begin_to_end();
  InputInstance(const InputInstance&) = delete;
  InputInstance& operator=(const InputInstance&) = delete;

  // What the agent calls once a second: gives it what has come. Sets data where the agent exports no append; it is
  // good until give_back(), before which there is no more. Returns its size.
  size_t collect(void** data);
  void give_back();

  // Nothing is given to the agent while paused.
  void pause(bool paused);

 private:
  InputInstance(const proxy::Plugin& plugin, const AgentLog& log, ReaderStages stages, ChunkFormat format);

  void start(void* instance);
  void on_ready();
  void drain(int64_t budget_ms);

  AgentLog log_;
  Wakeup ready_;  // chunks or lines of the log have come
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
