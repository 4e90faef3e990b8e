// Writes the log on its own thread, so that a stopped reader (a full pipe, Ctrl-S) does not block anything else.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace penstock::host {

// A log writer for calls from one thread. No call writes, so none waits for the reader. A separate descriptor with
// O_NONBLOCK is not enough: standard error may be a socket, another user's terminal, or a file on a frozen disk.
class LogWriter {
 public:
  // Borrows fd. dropped_text: returns the line for a number of dropped lines; called on the writer's thread.
  LogWriter(int fd, std::function<std::string(int64_t)> dropped_text);
  // Waits at most kLastWordsMs until everything is written. A write that still blocks then continues until the
  // process ends.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Queues text, which consists of complete lines. If more than kMaxBytes are queued, drops and counts the oldest
  // lines: the newest show the current state, and the last words of the process.
  void write(std::string text);

  // Waits until everything is written; returns false if that takes longer.
  bool flush(int64_t timeout_ms);

  static constexpr size_t kMaxBytes = 1 << 20;
  static constexpr int64_t kLastWordsMs = 2000;

 private:
  // Outlives the writer if its thread is stuck.
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::string> queue;
    size_t queued_bytes = 0;
    int64_t dropped_lines = 0;
    bool writing = false;
    bool closed = false;

    std::string take();
  };

  static void run(Shared& shared, int fd, const std::function<std::string(int64_t)>& dropped_text);

  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::thread thread_;
};

}  // namespace penstock::host
