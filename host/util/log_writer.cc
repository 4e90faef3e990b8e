#include "host/util/log_writer.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string_view>
#include <utility>

#include "host/util/write_all.h"

namespace penstock::host {

namespace {

constexpr size_t kBytesAtOnce = 65536;

int64_t lines_in(std::string_view text) { return std::count(text.begin(), text.end(), '\n'); }

}  // namespace

LogWriter::LogWriter(int fd, std::function<std::string(int64_t)> dropped_text) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // inherited by the thread: signals are for the main thread
  thread_ = std::thread([shared = shared_, fd, text = std::move(dropped_text)] { run(*shared, fd, text); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

LogWriter::~LogWriter() {
  const bool written = flush(kLastWordsMs);
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->closed = true;
  }
  shared_->changed.notify_all();
  if (written)
    thread_.join();
  else
    thread_.detach();
}

void LogWriter::write(std::string text) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->queued_bytes += text.size();
    shared_->queue.push_back(std::move(text));
    while (shared_->queued_bytes > kMaxBytes && shared_->queue.size() > 1)
      shared_->dropped_lines += lines_in(shared_->take());
  }
  shared_->changed.notify_all();
}

bool LogWriter::flush(int64_t timeout_ms) {
  std::unique_lock lock(shared_->mutex);
  return shared_->changed.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                                   [&] { return shared_->queue.empty() && !shared_->writing; });
}

std::string LogWriter::Shared::take() {
  std::string text = std::move(queue.front());
  queue.pop_front();
  queued_bytes -= text.size();
  return text;
}

void LogWriter::run(Shared& shared, int fd, const std::function<std::string(int64_t)>& dropped_text) {
  std::unique_lock lock(shared.mutex);
  while (true) {
    shared.changed.wait(lock, [&] { return !shared.queue.empty() || shared.closed; });
    if (shared.queue.empty()) return;
    int64_t dropped = std::exchange(shared.dropped_lines, 0);
    std::string text;
    while (!shared.queue.empty() && text.size() < kBytesAtOnce) text += shared.take();
    shared.writing = true;
    lock.unlock();
    if (dropped > 0 && write_all(fd, dropped_text(dropped)).empty()) dropped = 0;
    dropped += lines_in(write_all(fd, text));
    lock.lock();
    shared.writing = false;
    shared.dropped_lines += dropped;
    shared.changed.notify_all();
  }
}

}  // namespace penstock::host
