// The signals of a process that drains before it ends.
//
//   SIGTERM SIGINT SIGQUIT       drain; one a second or more after the first ends the process at once. Sooner it
//                                is the same request: timeout(1) and wrappers that forward the signals of their
//                                process group send each twice.
//   SIGHUP                       drains, unless it was ignored at the start, as under nohup(1)
//   SIGPWR SIGXCPU               drain: the power fails; the CPU limit is near, and SIGKILL follows
//   SIGUSR1 SIGUSR2, SIGALRM SIGVTALRM SIGPROF SIGIO SIGSTKFLT, real-time signals
//                                ignored: by default they kill, and here they mean nothing
//   SIGPIPE SIGXFSZ              ignored: the write fails with EPIPE or EFBIG
//   SIGTTOU                      ignored: a background job may write to its terminal
//   SIGTSTP SIGTTIN SIGSTOP      stop the process, as the person at the terminal wants; its leases lapse
//   SIGABRT SIGSEGV ...          kill it, with a core where those are on
#pragma once

#include <cstdint>

#include "client/clock.h"

namespace penstock::host {

// Ignores the signals above that are ignored, for as long as the process lives. A handler that is there already,
// such as a profiler's, stays. To be called first of all: run asks the service before it has Signals.
void ignore_signals();

// Calls ignore_signals(). REQUIRES: there is at most one object at a time.
class Signals {
 public:
  // clock_ms: async-signal-safe; another one is for tests.
  explicit Signals(int64_t (*clock_ms)() = client::monotonic_ms);
  // Restores the default actions, but not after a signal: the same request may arrive a second time.
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Readable once a signal has come, and from then on.
  int descriptor() const;

  // The name of the signal that came first, or nullptr. [any time]
  const char* received() const;
};

}  // namespace penstock::host
