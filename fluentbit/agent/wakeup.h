// Wakes a thread that waits in poll(2) or epoll.
#pragma once

namespace penstock::fluentbit {

class Wakeup {
 public:
  Wakeup();  // throws std::system_error if no descriptor is left
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  int descriptor() const { return descriptor_; }  // readable while raised

  void raise() const;  // [thread-safe]
  void clear() const;  // [thread-safe]

 private:
  int descriptor_;
};

}  // namespace penstock::fluentbit
