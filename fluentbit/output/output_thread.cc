#include "fluentbit/output/output_thread.h"

#include <poll.h>

#include <array>
#include <exception>
#include <utility>

#include "client/clock.h"
#include "fluentbit/agent/own_thread.h"

namespace penstock::fluentbit {

OutputThread::OutputThread(Delivery& delivery, LogRelay& log, const Wakeup& log_waiting)
    : delivery_(delivery), log_(log), log_waiting_(log_waiting) {
  thread_ = own_thread("penstock-out", [this] { run(); });
}

proxy::FlushResult OutputThread::flush(std::string_view data, std::string_view tag,
                                       const LogRelay::Print& print) noexcept {
  Call call;
  call.data = data;
  call.tag = tag;
  std::unique_lock lock(mutex_);
  if (stopping_) return proxy::kFlushRetry;
  *end_of_calls_ = &call;
  end_of_calls_ = &call.next;
  wake_.raise();
  while (!call.ended) {
    changed_.wait(lock);
    lock.unlock();
    log_.print(print);
    lock.lock();
  }
  return call.result;
}

void OutputThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.raise();
  if (thread_.joinable()) thread_.join();
}

void OutputThread::run() {
  bool readable = true;
  while (!stopping()) {
    bool failed = false;
    try {
      delivery_.turn(client::monotonic_ms(), readable);
    } catch (const std::exception&) {  // bad_alloc
      failed = true;
    }
    for (Flush* flush : delivery_.ended()) answer(*flush);
    if (failed) std::this_thread::sleep_for(kAfterBadAlloc);
    readable = wait();
    while (Call* const call = next_call()) begin(*call);
  }
  try {
    delivery_.close(client::monotonic_ms() + kCloseMs);
  } catch (const std::exception&) {  // bad_alloc, in the final log lines
  }
  for (Flush* flush : delivery_.ended()) answer(*flush);
  while (Call* const call = next_call()) answer(*call);
}

bool OutputThread::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

OutputThread::Call* OutputThread::next_call() {
  const std::lock_guard lock(mutex_);
  Call* const call = first_call_;
  if (call == nullptr) return nullptr;
  first_call_ = call->next;
  if (first_call_ == nullptr) end_of_calls_ = &first_call_;
  return call;
}

void OutputThread::begin(Call& call) {
  try {
    delivery_.begin(call, client::monotonic_ms());
  } catch (const std::exception&) {  // bad_alloc
    answer(call);
  }
}

// Ends a call. The waiting thread destroys the call as soon as it sees that.
void OutputThread::answer(Flush& flush) {
  const std::lock_guard lock(mutex_);
  static_cast<Call&>(flush).ended = true;
  changed_.notify_all();
}

// Waits. Returns whether the delivery's descriptor is readable.
bool OutputThread::wait() {
  const int64_t now_ms = client::monotonic_ms();
  std::array<pollfd, 3> descriptors = {{{wake_.descriptor(), POLLIN, 0},
                                        {log_waiting_.descriptor(), POLLIN, 0},
                                        {delivery_.descriptor(now_ms), POLLIN, 0}}};  // poll() skips -1
  ::poll(descriptors.data(), descriptors.size(), client::poll_timeout_ms(delivery_.next_ms(now_ms), now_ms));
  if (descriptors[0].revents != 0) wake_.clear();
  if (descriptors[1].revents != 0) {
    log_waiting_.clear();
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
  return descriptors[2].revents != 0;
}

}  // namespace penstock::fluentbit
