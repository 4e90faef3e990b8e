// A thread of the agent that runs its tasks one after another.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace penstock::test_agent {

class WorkThread {
 public:
  // `name` as ps shows it; the system keeps the first 15 bytes.
  explicit WorkThread(const std::string& name);
  ~WorkThread();  // finishes the queued tasks, then ends
  WorkThread(const WorkThread&) = delete;
  WorkThread& operator=(const WorkThread&) = delete;

  // [thread-safe] Runs `work` on the thread and waits for it. Not from the thread itself.
  void run(const std::function<void()>& work);
  bool is_current() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> asked_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace penstock::test_agent
