// The stack of a coroutine: small, with an inaccessible guard page below it.
#pragma once

#include <cstddef>
#include <functional>

namespace penstock::test_agent {

// The size of a flush's stack if the agent is built with a PTHREAD_STACK_MIN of 16 KiB. Instrumented code needs
// more.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kInstrumented = true;
#elif defined(__has_feature)
inline constexpr bool kInstrumented = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool kInstrumented = false;
#endif
inline constexpr size_t kCoroutineBytes = (kInstrumented ? 256 : 24) << 10;

class SmallStack {
 public:
  explicit SmallStack(size_t bytes = kCoroutineBytes);
  ~SmallStack();
  SmallStack(const SmallStack&) = delete;
  SmallStack& operator=(const SmallStack&) = delete;

  // Runs `work` to its end on this stack, on the calling thread. An overflow ends the program with SIGSEGV.
  void run(const std::function<void()>& work);
  // Returns the most bytes that any run() has touched.
  size_t used_bytes() const;

 private:
  char* mapped_;  // the guard page, then the stack
  size_t guard_bytes_;
  size_t bytes_;
};

}  // namespace penstock::test_agent
