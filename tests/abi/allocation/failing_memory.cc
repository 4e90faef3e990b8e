#include "tests/abi/allocation/failing_memory.h"

#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace penstock::abi::memory {
namespace {

thread_local bool watched = false;
thread_local bool failing_until_return = false;  // in mode until_return: the failing allocation was reached
thread_local bool has_failed = false;
thread_local uint64_t count = 0;
thread_local uint64_t fails_at = 0;
thread_local Mode how = Mode::once;
const char* what = "";

// The set of live watched allocations: a hash table with open addressing in static memory, so that it never
// allocates.
class Addresses {
 public:
  void add(const void* address) {
    const Hold hold(lock_);
    size_t at = place(address);
    while (slots_[at] != nullptr && slots_[at] != kGone) at = (at + 1) % kSlots;
    slots_[at] = address;
    ++live_;
  }
  void remove(const void* address) {
    if (live_.load(std::memory_order_relaxed) == 0) return;
    const Hold hold(lock_);
    for (size_t at = place(address); slots_[at] != nullptr; at = (at + 1) % kSlots) {
      if (slots_[at] != address) continue;
      // If the next slot is empty, no probe sequence continues past this one.
      slots_[at] = slots_[(at + 1) % kSlots] == nullptr ? nullptr : kGone;
      --live_;
      return;
    }
  }
  int64_t live() const { return live_; }

 private:
  struct Hold {
    explicit Hold(std::atomic_flag& flag) : lock(flag) {
      while (lock.test_and_set(std::memory_order_acquire)) {
      }
    }
    ~Hold() { lock.clear(std::memory_order_release); }
    std::atomic_flag& lock;
  };
  static constexpr size_t kSlots = size_t{1} << 20;
  static size_t place(const void* address) {
    return (reinterpret_cast<uintptr_t>(address) >> 4) * 0x9e3779b97f4a7c15u >> 44;
  }
  static constexpr char kMark = 0;
  static constexpr const void* kGone = &kMark;

  std::atomic_flag lock_ = ATOMIC_FLAG_INIT;
  std::atomic<int64_t> live_ = 0;
  std::array<const void*, kSlots> slots_ = {};
};
constinit Addresses addresses;

// With PENSTOCK_TEST_BACKTRACE in the environment, prints the stack of each failure.
void print_stack() {
  if (std::getenv("PENSTOCK_TEST_BACKTRACE") == nullptr) return;
  const Unwatched own;
  std::array<void*, 40> frames;
  backtrace_symbols_fd(frames.data(), backtrace(frames.data(), static_cast<int>(frames.size())), STDERR_FILENO);
  static_cast<void>(!write(STDERR_FILENO, "\n", 1));
}

// The code of the library whose allocations are not watched.
uintptr_t spared_begin = 0, spared_end = 0;

bool runs_out(const void* caller) {
  const auto at = reinterpret_cast<uintptr_t>(caller);
  if (!watched || (at >= spared_begin && at < spared_end)) return false;
  ++count;
  if (count == fails_at) {
    failing_until_return = how == Mode::until_return;
    has_failed = true;
    print_stack();
    return true;
  }
  return failing_until_return;
}

void* kept(void* address) {
  if (watched && address != nullptr) addresses.add(address);
  return address;
}

#ifdef PENSTOCK_SANITIZED
constexpr bool kSanitizerReports = true;
#else
constexpr bool kSanitizerReports = false;
#endif

void print_and_die(int number) {
  std::array<char, 300> line;
  const int size = std::snprintf(
      line.data(), line.size(), "\n%s: died by signal %d after allocation %llu failed%s\n", what, number,
      static_cast<unsigned long long>(fails_at), how == Mode::until_return ? ", and all after it" : "");
  static_cast<void>(!write(STDERR_FILENO, line.data(), static_cast<size_t>(size)));
  std::array<void*, 40> frames;
  watched = false;
  backtrace_symbols_fd(frames.data(), backtrace(frames.data(), static_cast<int>(frames.size())), STDERR_FILENO);
  signal(number, SIG_DFL);
  raise(number);
}

}  // namespace

void fail(uint64_t number, Mode mode) {
  count = 0;
  fails_at = number;
  how = mode;
  has_failed = failing_until_return = false;
}
uint64_t allocations() { return count; }
bool failed() { return has_failed; }
int64_t live() { return addresses.live(); }

void spare(const char* library) {
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* name) {
        if (std::strstr(info->dlpi_name, static_cast<const char*>(name)) == nullptr) return 0;
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          if (info->dlpi_phdr[i].p_type != PT_LOAD || (info->dlpi_phdr[i].p_flags & PF_X) == 0) continue;
          spared_begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
          spared_end = spared_begin + info->dlpi_phdr[i].p_memsz;
        }
        return 1;
      },
      const_cast<char*>(library));
}

Watched::Watched() { watched = true; }
Watched::~Watched() { watched = failing_until_return = false; }
Unwatched::Unwatched() : was_(watched) { watched = false; }
Unwatched::~Unwatched() { watched = was_; }

void say_at_crash(const char* label) {
  what = label;
  if (!kSanitizerReports)
    for (const int number : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE}) signal(number, print_and_die);
}

}  // namespace penstock::abi::memory

namespace memory = penstock::abi::memory;

#pragma GCC visibility push(default)

#ifdef PENSTOCK_SANITIZED

void* operator new(size_t size) {
  if (memory::runs_out(__builtin_return_address(0))) throw std::bad_alloc();
  void* const address = std::malloc(size == 0 ? 1 : size);
  if (address == nullptr) throw std::bad_alloc();
  return memory::kept(address);
}
// std::stable_sort uses a slower algorithm if this returns nullptr.
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  if (memory::runs_out(__builtin_return_address(0))) return nullptr;
  return memory::kept(std::malloc(size == 0 ? 1 : size));
}
void operator delete(void* address) noexcept {
  memory::addresses.remove(address);
  std::free(address);
}
void operator delete(void* address, size_t) noexcept { operator delete(address); }

#else

// The allocator of glibc, which the functions below wrap:
// https://www.gnu.org/software/libc/manual/html_node/Replacing-malloc.html
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* address, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* address);

void* malloc(size_t size) {
  if (memory::runs_out(__builtin_return_address(0))) return errno = ENOMEM, nullptr;
  return memory::kept(__libc_malloc(size));
}
void* calloc(size_t count, size_t size) {
  if (memory::runs_out(__builtin_return_address(0))) return errno = ENOMEM, nullptr;
  return memory::kept(__libc_calloc(count, size));
}
void* realloc(void* address, size_t size) {
  if (memory::runs_out(__builtin_return_address(0))) return errno = ENOMEM, nullptr;
  void* const larger = __libc_realloc(address, size);
  if (larger != nullptr || size == 0) memory::addresses.remove(address);
  return memory::kept(larger);
}
// Counted as an allocation of the caller of strdup.
char* strdup(const char* text) {
  const size_t size = std::strlen(text) + 1;
  if (memory::runs_out(__builtin_return_address(0))) return errno = ENOMEM, nullptr;
  void* const copy = memory::kept(__libc_malloc(size));
  return copy == nullptr ? nullptr : static_cast<char*>(std::memcpy(copy, text, size));
}
void* memalign(size_t alignment, size_t size) {
  if (memory::runs_out(__builtin_return_address(0))) return errno = ENOMEM, nullptr;
  return memory::kept(__libc_memalign(alignment, size));
}
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** out, size_t alignment, size_t size) {
  *out = memalign(alignment, size);
  return *out == nullptr ? ENOMEM : 0;
}
void free(void* address) {
  if (address == nullptr) return;
  memory::addresses.remove(address);
  __libc_free(address);
}
}

#endif

#pragma GCC visibility pop
