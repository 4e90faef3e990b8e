// SIGTERM and SIGINT: the first is told to the loop, the second ends the process at once.
#pragma once

namespace penstock::host {

// At most one at a time. Also has SIGPIPE ignored: who writes sees EPIPE.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Readable once a signal has come, and from then on.
  int descriptor() const;

  // The name of the signal that came, or nullptr. [any time]
  const char* received() const;
};

}  // namespace penstock::host
