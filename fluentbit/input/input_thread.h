// The thread of an input instance: it drives the reader.
#pragma once

#include <atomic>
#include <thread>

#include "fluentbit/agent/wakeup.h"
#include "fluentbit/input/reader.h"

namespace penstock::fluentbit {

class InputThread {
 public:
  // Starts the thread. reader is open, and the thread's alone until stop(). ready is raised when chunks were
  // pushed. Both must outlive the source.
  InputThread(Reader& reader, const Wakeup& ready);
  ~InputThread() { stop(); }
  InputThread(const InputThread&) = delete;
  InputThread& operator=(const InputThread&) = delete;

  // [thread-safe] The queue has room again, or something to settle.
  void wake() const { wake_.raise(); }

  // Closes the reader, in a few seconds at most, and ends the thread. ask_to_stop() does not wait for it.
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
