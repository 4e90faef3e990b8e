// Programs that run concurrently with an instance's calls, and are waited for together with them.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <utility>
#include <vector>

#include "base/status.h"
#include "core/env.h"
#include "core/posix/file_io.h"

namespace penstock::posix {

// A runner of programs. Each has no standard input, a process group of its own, and default signal handling. It is
// finished when it has exited and its standard output is closed, or 1 s after it exited if a process that it
// started keeps the output open. Only our own children are waited for, so that the host's are left alone.
class ProcessRunner {
 public:
  using Done = std::function<void(ProcessResult)>;
  using Warn = std::function<void(MessageId id, const std::string& text)>;

  // Calls warn if a process that a program started outlives it, or if a program still runs after it was killed.
  static Result<std::unique_ptr<ProcessRunner>> make(
      Clock& clock, Warn warn = [](MessageId, const std::string&) {});
  // Kills the programs that are still running, without running their done functions. Waits at most 0.5 s for them.
  // Does not use the clock.
  ~ProcessRunner();
  ProcessRunner(const ProcessRunner&) = delete;
  ProcessRunner& operator=(const ProcessRunner&) = delete;

  // Starts a program. done runs once, in a later complete_ended().
  void start(ProcessRequest request, Done done);

  // Returns a descriptor that is readable when perform() has work to do.
  int descriptor() const { return epoll_.get(); }
  int64_t next_deadline_ms() const;
  // Reads what the programs wrote, and finishes those that exited or exceeded their limits. Never waits.
  void perform();
  // Runs the done functions of finished programs; returns false if there were none.
  bool complete_ended();

 private:
  struct Child {
    ProcessRequest request;
    Done done;
    int pid = -1;
    Descriptor output;
    Descriptor errors;
    int64_t kill_at_ms = 0;
    int64_t check_at_ms = 0;    // time of the next check whether it has exited
    int64_t ended_ms = kNever;  // time at which the exit was noticed
    ProcessResult result;
  };

  ProcessRunner(Clock& clock, Warn warn, Descriptor epoll)
      : clock_(clock), warn_(std::move(warn)), epoll_(std::move(epoll)) {}

  Status spawn(Child& child);
  bool step(Child& child);  // returns false once it has ended
  bool ended(Child& child);
  void kill(Child& child, Status why);
  void reap_killed();

  Clock& clock_;
  const Warn warn_;
  const Descriptor epoll_;
  std::list<Child> children_;
  std::list<Child> killed_;  // killed, but not reaped yet
  std::vector<std::pair<Done, ProcessResult>> ended_;
};

}  // namespace penstock::posix
