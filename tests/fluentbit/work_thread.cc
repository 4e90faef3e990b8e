#include "tests/fluentbit/work_thread.h"

#include <pthread.h>

#include <utility>

namespace penstock::test_agent {

WorkThread::WorkThread(const std::string& name) : thread_([this] { loop(); }) {
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

WorkThread::~WorkThread() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void WorkThread::run(const std::function<void()>& work) {
  bool done = false;
  std::unique_lock lock(mutex_);
  asked_.emplace_back([&] {
    work();
    const std::lock_guard inner(mutex_);
    done = true;
    changed_.notify_all();
  });
  changed_.notify_all();
  changed_.wait(lock, [&] { return done; });
}

void WorkThread::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return end_ || !asked_.empty(); });
    if (asked_.empty()) return;
    const std::function<void()> next = std::move(asked_.front());
    asked_.pop_front();
    lock.unlock();
    next();
    lock.lock();
  }
}

}  // namespace penstock::test_agent
