#include "tests/fluentbit/small_stack.h"

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(__SANITIZE_ADDRESS__)
#define PENSTOCK_ASAN_FIBERS
#elif defined(__SANITIZE_THREAD__)
#define PENSTOCK_TSAN_FIBERS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PENSTOCK_ASAN_FIBERS
#elif __has_feature(thread_sanitizer)
#define PENSTOCK_TSAN_FIBERS
#endif
#endif
#ifdef PENSTOCK_ASAN_FIBERS
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef PENSTOCK_TSAN_FIBERS
#include <sanitizer/tsan_interface.h>
#endif

namespace penstock::test_agent {

namespace {

constexpr char kPaint = 0x5c;

// State shared by both sides of a switch of stacks.
struct Switch {
  const std::function<void()>& work;
  ucontext_t here = {};
  ucontext_t there = {};
#ifdef PENSTOCK_ASAN_FIBERS
  const void* callers_stack = nullptr;
  size_t callers_stack_bytes = 0;
#endif
#ifdef PENSTOCK_TSAN_FIBERS
  void* callers_fiber = nullptr;
#endif
};

// Passed in a variable, because makecontext() passes only ints.
thread_local Switch* t_switch = nullptr;

void on_the_small_stack() {
  Switch* const s = t_switch;
#ifdef PENSTOCK_ASAN_FIBERS
  __sanitizer_finish_switch_fiber(nullptr, &s->callers_stack, &s->callers_stack_bytes);
#endif
  s->work();
#ifdef PENSTOCK_ASAN_FIBERS
  __sanitizer_start_switch_fiber(nullptr, s->callers_stack, s->callers_stack_bytes);
#endif
#ifdef PENSTOCK_TSAN_FIBERS
  __tsan_switch_to_fiber(s->callers_fiber, 0);
#endif
  swapcontext(&s->there, &s->here);
}

}  // namespace

SmallStack::SmallStack(size_t bytes) : guard_bytes_(static_cast<size_t>(sysconf(_SC_PAGESIZE))), bytes_(bytes) {
  void* const at =
      mmap(nullptr, guard_bytes_ + bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED || mprotect(at, guard_bytes_, PROT_NONE) != 0) {
    std::perror("a coroutine's stack");
    std::exit(2);
  }
  mapped_ = static_cast<char*>(at);
  std::memset(mapped_ + guard_bytes_, kPaint, bytes_);
}

SmallStack::~SmallStack() { munmap(mapped_, guard_bytes_ + bytes_); }

void SmallStack::run(const std::function<void()>& work) {
  Switch s{.work = work};
  char* const stack = mapped_ + guard_bytes_;
  getcontext(&s.there);
  s.there.uc_stack.ss_sp = stack;
  s.there.uc_stack.ss_size = bytes_;
  s.there.uc_link = nullptr;
  t_switch = &s;
  makecontext(&s.there, on_the_small_stack, 0);
#ifdef PENSTOCK_ASAN_FIBERS
  void* fake_stack = nullptr;
  __sanitizer_start_switch_fiber(&fake_stack, stack, bytes_);
#endif
#ifdef PENSTOCK_TSAN_FIBERS
  s.callers_fiber = __tsan_get_current_fiber();
  void* const fiber = __tsan_create_fiber(0);
  __tsan_switch_to_fiber(fiber, 0);
#endif
  swapcontext(&s.here, &s.there);
#ifdef PENSTOCK_ASAN_FIBERS
  __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
#ifdef PENSTOCK_TSAN_FIBERS
  __tsan_destroy_fiber(fiber);
#endif
  t_switch = nullptr;
}

size_t SmallStack::used_bytes() const {
  const char* const first = mapped_ + guard_bytes_;
  const char* const end = first + bytes_;
  return static_cast<size_t>(end - std::find_if(first, end, [](char c) { return c != kPaint; }));
}

}  // namespace penstock::test_agent
