// The thread of an output instance: it drives the delivery, and the agent's threads wait for it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

#include "fluentbit/agent/log_relay.h"
#include "fluentbit/agent/proxy_abi.h"
#include "fluentbit/agent/wakeup.h"
#include "fluentbit/output/delivery.h"

namespace penstock::fluentbit {

class OutputThread {
 public:
  // Starts the thread, which owns delivery until stop(). The delivery writes to log, which raises log_waiting.
  // REQUIRES: delivery is open; all three outlive this.
  OutputThread(Delivery& delivery, LogRelay& log, const Wakeup& log_waiting);
  ~OutputThread() { stop(); }
  OutputThread(const OutputThread&) = delete;
  OutputThread& operator=(const OutputThread&) = delete;

  // [thread-safe] Delivers the chunk and waits for the result; meanwhile prints the log's lines. Suited to the
  // small stack of a coroutine: neither allocates nor throws.
  proxy::FlushResult flush(std::string_view data, std::string_view tag, const LogRelay::Print& print) noexcept;

  // Closes the delivery, within a few seconds, and ends the thread.
  void stop();

 private:
  struct Call : Flush {
    Call* next = nullptr;
    bool ended = false;
  };

  void run();
  bool stopping();
  Call* next_call();
  void begin(Call& call);
  void answer(Flush& flush);
  bool wait();

  Delivery& delivery_;
  LogRelay& log_;
  const Wakeup& log_waiting_;
  Wakeup wake_;

  std::mutex mutex_;
  std::condition_variable changed_;  // notified when a call has ended or there is something to print
  Call* first_call_ = nullptr;       // calls not yet begun; they are on the stacks of their callers
  Call** end_of_calls_ = &first_call_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace penstock::fluentbit
