// A thread that writes the log, so that a reader who has stopped (a full pipe, Ctrl-S) holds up nothing else.
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

// All calls are for one thread. None of them writes, so none waits for the reader. A descriptor of its own with
// O_NONBLOCK would not do: standard error may be a socket, a terminal of another user, or a file on a frozen disk.
class LogWriter {
 public:
  // fd: borrowed. dropped_text: the line for that many lines that were dropped; called on the writer's thread.
  LogWriter(int fd, std::function<std::string(int64_t)> dropped_text);
  // Waits until all is written, for at most kLastWordsMs. A write that still blocks then is left to the end of the
  // process.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Queues text, of whole lines. If more than kMaxBytes wait, the oldest are dropped and counted: the newest say
  // what is the case now, and what the process said last.
  void write(std::string text);

  // Waits until all is written; false if that takes longer.
  bool flush(int64_t timeout_ms);

  static constexpr size_t kMaxBytes = 1 << 20;
  static constexpr int64_t kLastWordsMs = 2000;

 private:
  // Outlives the writer where its thread is stuck.
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
