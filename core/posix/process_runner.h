// Programs that run beside an instance's calls, and are waited for with them.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/env.h"
#include "core/base/status.h"
#include "core/posix/file_io.h"

namespace penstock {

// Each gets no standard input, a process group of its own, and signals as a program expects them. It is over once
// its standard output is closed and it has ended. Only our own children are waited for, so that a host's are left
// alone.
class ProcessRunner {
 public:
  using Done = std::function<void(ProcessResult)>;

  static Result<std::unique_ptr<ProcessRunner>> make(Clock& clock);
  // Kills what still runs, without telling.
  ~ProcessRunner();
  ProcessRunner(const ProcessRunner&) = delete;
  ProcessRunner& operator=(const ProcessRunner&) = delete;

  // done runs once, inside a later tell().
  void start(ProcessRequest request, Done done);

  // Readable when perform() has something to do.
  int descriptor() const { return epoll_.get(); }
  int64_t next_deadline_ms() const;
  // Takes what they wrote, and ends those that ended or passed their limits. Never waits.
  void perform();
  // Runs the done functions of those that ended; false where none had.
  bool tell();

 private:
  struct Child {
    ProcessRequest request;
    Done done;
    int pid = -1;
    Descriptor output;
    Descriptor errors;
    int64_t kill_at_ms = 0;
    int64_t look_at_ms = kNever;  // when to see whether it has ended, once its output is closed
    ProcessResult result;
  };

  ProcessRunner(Clock& clock, Descriptor epoll) : clock_(clock), epoll_(std::move(epoll)) {}

  Status spawn(Child& child);
  bool step(Child& child);  // false once it has ended
  bool ended(Child& child);
  void kill(Child& child, Status why);

  Clock& clock_;
  const Descriptor epoll_;
  std::list<Child> children_;
  std::vector<std::pair<Done, ProcessResult>> ended_;
};

}  // namespace penstock
