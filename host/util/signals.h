// The signals of a process that drains before it ends, and may reload its configuration.
//
//   SIGTERM SIGINT SIGQUIT       drain; another one, at least 1 s after the first, ends the process immediately.
//                                Before that it counts as the same request: timeout(1), and wrappers that forward
//                                signals of their process group, send each signal twice.
//   SIGHUP                       requests a reload of the configuration, if the process has one to reload and its
//                                terminal is not gone; else drains. Nothing if it was ignored at the start, as
//                                under nohup(1)
//   SIGPWR SIGXCPU               drain: the power fails; the CPU limit is near, and SIGKILL follows
//   SIGUSR1 SIGUSR2, SIGALRM SIGVTALRM SIGPROF SIGIO SIGSTKFLT, real-time signals
//                                ignored: their default action would kill the process, and they mean nothing here
//   SIGPIPE SIGXFSZ              ignored: the write fails with EPIPE or EFBIG
//   SIGTTOU                      ignored: a background job may write to its terminal
//   SIGTSTP SIGTTIN SIGSTOP      stop the process, as the user at the terminal intends; its leases expire
//   SIGABRT SIGSEGV ...          kill it, with a core file if those are enabled
#pragma once

#include <cstdint>

#include "client/clock.h"

namespace penstock::host {

// Ignores the signals marked "ignored" above, for the life of the process. Keeps existing handlers, such as a
// profiler's. Must be called first in main: run calls the service before it creates Signals.
void ignore_signals();

// The handlers of the signals above. The constructor calls ignore_signals(). REQUIRES: at most one object at a
// time.
class Signals {
 public:
  enum class OnHangup { drain, reload };
  // clock_ms: async-signal-safe; a parameter for tests.
  explicit Signals(OnHangup on_hangup, int64_t (*clock_ms)() = client::monotonic_ms);
  // Restores the default actions, but not after a signal: the same request may arrive twice.
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Returns a descriptor that is readable after the first signal that drains, permanently, and until
  // take_reload() after a request to reload.
  int descriptor() const;

  // Returns the name of the first signal that drains, or nullptr. [any time]
  const char* received() const;

  // Returns whether a reload was requested since the last call; false after a signal that drains. Several requests
  // between two calls are one.
  bool take_reload() const;
};

}  // namespace penstock::host
