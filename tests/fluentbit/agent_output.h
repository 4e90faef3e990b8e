// An instance of an output, as the agent's plugin proxy runs it: created and destroyed on the pipeline's thread,
// and flushed on the stack of a coroutine, on the pipeline's thread or on as many threads of its own as the
// property `workers` says.
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

// The return codes of a flush.
enum { kFlushError = 0, kFlushOk = 1, kFlushRetry = 2 };

class Output : public Section {
 public:
  // REQUIRES: the file and the pipeline outlive it.
  Output(ProxyFile& file, WorkThread& pipeline, Properties properties);
  ~Output() override;  // does not call exit()

  // Calls FLBPluginInit. Above 0: success.
  int init();
  // [thread-safe] Hands a chunk to the next worker in turn, and waits for the result. Data and tag are unusable
  // after it.
  int flush(const Chunk& chunk);
  void exit();

  // Returns the most stack that a flush has used, of kCoroutineBytes.
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
