// An allocator for RapidJSON that throws. RapidJSON's own allocator returns nullptr if memory is exhausted, and
// its parsers write to that pointer.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace penstock {

// An implementation of RapidJSON's Allocator concept that throws std::bad_alloc.
struct JsonMemory {
  static const bool kNeedFree = true;  // name required by the concept

  static void* Malloc(size_t size) { return size == 0 ? nullptr : checked(std::malloc(size)); }
  static void* Realloc(void* old, size_t /*old_size*/, size_t size) {
    if (size != 0) return checked(std::realloc(old, size));
    std::free(old);
    return nullptr;
  }
  static void Free(void* memory) noexcept { std::free(memory); }

 private:
  static void* checked(void* memory) {
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
  }
};

}  // namespace penstock
