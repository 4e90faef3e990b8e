#include "fluentbit/input/input_thread.h"

#include <poll.h>

#include <array>
#include <exception>

#include "client/clock.h"
#include "fluentbit/agent/own_thread.h"

namespace penstock::fluentbit {

InputThread::InputThread(Reader& reader, const Wakeup& ready)
    : reader_(reader), ready_(ready), thread_(own_thread("penstock-in", [this] { run(); })) {}

void InputThread::ask_to_stop() {
  stopping_ = true;
  wake_.raise();
}

void InputThread::stop() {
  ask_to_stop();
  if (thread_.joinable()) thread_.join();
}

void InputThread::run() {
  bool readable = true;
  while (!stopping_) {
    try {
      if (reader_.turn(client::monotonic_ms(), readable)) ready_.raise();
      readable = wait();
    } catch (const std::exception&) {  // bad_alloc
      std::this_thread::sleep_for(kAfterBadAlloc);
    }
  }
  try {
    reader_.close(client::monotonic_ms() + kCloseMs);
  } catch (const std::exception&) {  // what could not be saved is read again
  }
}

// Waits. Returns whether the reader's descriptor is readable.
bool InputThread::wait() {
  const int64_t now_ms = client::monotonic_ms();
  std::array<pollfd, 2> descriptors = {
      {{wake_.descriptor(), POLLIN, 0}, {reader_.descriptor(now_ms), POLLIN, 0}}};  // poll() skips -1
  ::poll(descriptors.data(), descriptors.size(), client::poll_timeout_ms(reader_.next_ms(now_ms), now_ms));
  if (descriptors[0].revents != 0) wake_.clear();
  return descriptors[1].revents != 0;
}

}  // namespace penstock::fluentbit
