// What this test program allocates with operator new, which counted_allocations.cc replaces.
#pragma once

#include <cstddef>
#include <cstdint>

namespace penstock::logs {

struct Allocations {
  uint64_t count = 0;    // of all threads, since the program started
  size_t bytes = 0;      // currently allocated
  size_t max_bytes = 0;  // the peak since the last forget_most_bytes()
};

Allocations allocations();
void forget_most_bytes();

}  // namespace penstock::logs
