// An instance of an output behind the agent's proxy: made and ended on the pipeline's thread, flushed on a
// coroutine's stack, on the pipeline's thread or on as many of its own as the property workers says.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tests/fluentbit/agent_input.h"
#include "tests/fluentbit/proxy_file.h"
#include "tests/fluentbit/section.h"
#include "tests/fluentbit/work_thread.h"

namespace penstock::test_agent {

// What a flush answers.
enum { kFlushError = 0, kFlushOk = 1, kFlushRetry = 2 };

class Output : public Section {
 public:
  // The file and the pipeline outlive it.
  Output(ProxyFile& file, WorkThread& pipeline, Properties properties);
  ~Output() override;  // no exit()

  // FLBPluginInit; above 0: it runs.
  int init();
  // [thread-safe] Hands a chunk to the next worker by turns, and waits for its answer. Neither data nor tag can be
  // used behind it.
  int flush(const Chunk& chunk);
  void exit();

  // The most that a flush has needed of its stack of kCoroutineBytes.
  size_t stack_used_bytes() const { return stack_used_bytes_; }

 private:
  int flush_here(const Chunk& chunk);

  ProxyFile& file_;
  WorkThread& pipeline_;
  Zoned context_;
  std::vector<std::unique_ptr<WorkThread>> workers_;
  std::atomic<size_t> next_worker_ = 0;
  std::atomic<size_t> stack_used_bytes_ = 0;
};

}  // namespace penstock::test_agent
