#include "tests/unit/core/logs/counted_allocations.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<uint64_t> count = 0;
std::atomic<size_t> bytes = 0;
std::atomic<size_t> max_bytes = 0;

}  // namespace

// All other forms call these, except those for over-aligned types, which these tests do not use. With
// AddressSanitizer, its own array forms are not counted.
void* operator new(size_t size) {
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  ++count;
  const size_t held = bytes += malloc_usable_size(memory);
  for (size_t most = max_bytes; held > most && !max_bytes.compare_exchange_weak(most, held);) continue;
  return memory;
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void operator delete(void* memory) noexcept {
  bytes -= malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

namespace penstock::logs {

Allocations allocations() { return {count, bytes, max_bytes}; }
void forget_most_bytes() { max_bytes = bytes.load(); }

}  // namespace penstock::logs
