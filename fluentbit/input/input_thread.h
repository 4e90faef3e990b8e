// The thread of an input instance: it drives the reader.
#pragma once

#include <atomic>
#include <thread>

#include "fluentbit/agent/wakeup.h"
#include "fluentbit/input/reader.h"

namespace penstock::fluentbit {

class InputThread {
 public:
  // Starts the thread, which owns reader until stop(). Raises ready after chunks were pushed. REQUIRES: reader is
  // open; both outlive this.
  InputThread(Reader& reader, const Wakeup& ready);
  ~InputThread() { stop(); }
  InputThread(const InputThread&) = delete;
  InputThread& operator=(const InputThread&) = delete;

  // [thread-safe] Wakes the thread: the queue has room again, or settled chunks.
  void wake() const { wake_.raise(); }

  // Stops the thread, which first closes the reader; takes a few seconds at most. ask_to_stop() does not wait.
  void ask_to_stop();
  void stop();

 private:
  void run();
  bool wait();

  Reader& reader_;
  const Wakeup& ready_;
  Wakeup wake_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace penstock::fluentbit
