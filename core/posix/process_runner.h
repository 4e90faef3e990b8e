// Programs that run beside an instance's calls, and are waited for with them.
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

// Each gets no standard input, a process group of its own, and signals as a program expects them. It is over once
// it has ended and its standard output is closed, or a second after it ended if something that it started holds
// the output open. Only our own children are waited for, so that a host's are left alone.
class ProcessRunner {
 public:
  using Done = std::function<void(ProcessResult)>;
  using Warn = std::function<void(const std::string& line)>;

  // warn gets a line for each process that outlives its program or its kill.
  static Result<std::unique_ptr<ProcessRunner>> make(
      Clock& clock, Warn warn = [](const std::string&) {});
  // Kills what still runs, without telling. Waits for its end half a second at most. Does not use the clock.
  ~ProcessRunner();
  ProcessRunner(const ProcessRunner&) = delete;
  ProcessRunner& operator=(const ProcessRunner&) = delete;

  // done runs once, inside a later complete_ended().
  void start(ProcessRequest request, Done done);

  // Readable when perform() has something to do.
  int descriptor() const { return epoll_.get(); }
  int64_t next_deadline_ms() const;
  // Takes what they wrote, and ends those that ended or passed their limits. Never waits.
  void perform();
  // Runs the done functions of those that ended; false where none had.
  bool complete_ended();

 private:
  struct Child {
    ProcessRequest request;
    Done done;
    int pid = -1;
    Descriptor output;
    Descriptor errors;
    int64_t kill_at_ms = 0;
    int64_t look_at_ms = 0;     // when to see whether it has ended
    int64_t ended_ms = kNever;  // when it was seen to have
    ProcessResult result;
  };

  ProcessRunner(Clock& clock, Warn warn, Descriptor epoll)
      : clock_(clock), warn_(std::move(warn)), epoll_(std::move(epoll)) {}

  Status spawn(Child& child);
  bool step(Child& child);  // false once it has ended
  bool ended(Child& child);
  void kill(Child& child, Status why);
  void reap_killed();

  Clock& clock_;
  const Warn warn_;
  const Descriptor epoll_;
  std::list<Child> children_;
  std::list<Child> killed_;  // until they are gone
  std::vector<std::pair<Done, ProcessResult>> ended_;
};

}  // namespace penstock::posix
