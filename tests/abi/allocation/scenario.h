// A piece of work across the ABI that is done again and again, each time with another allocation failing in it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tests/abi/allocation/failing_memory.h"
#include "tests/abi/library.h"

namespace penstock::abi {

// The calls of one run, watched. What goes against the contract is told to the test, with the allocation.
class Calls {
 public:
  // Whether the call did what it was for; below 0 it must say that memory ran out and what to do, and that only in
  // a run in which it did.
  template <typename Call>
  bool well(const char* name, Call call) {
    penstock_error error = no_error();
    return judged(name, watched([&] { return call(&error); }), error);
  }
  // The same, once more where memory was short: then it has to go well.
  template <typename Call>
  bool well_at_last(const char* name, Call call) {
    return well(name, call) || well(name, call);
  }
  // A call that may fail and is not done again.
  template <typename Call>
  void maybe(const char* name, Call call) {
    penstock_error error = no_error();
    static_cast<void>(judged(name, watched([&] { return call(&error); }), error));
  }
  template <typename Call>
  static auto watched(Call call) {
    const memory::Watched memory;
    return call();
  }

 private:
  static penstock_error no_error() {
    penstock_error error = {};
    error.struct_size = sizeof error;
    return error;
  }
  static bool judged(const char* name, int32_t code, const penstock_error& error);
};

struct Sweep {
  uint64_t stride = 1;  // PENSTOCK_TEST_ALL_ALLOCATIONS in the environment: 1, whatever is said here
};

// Runs the work with none failing, then with the first, the second, ..., in both modes, until it comes to its end
// without reaching the one that was to fail. Prints how many were tried. run leaves nothing behind.
void sweep(const char* name, const std::function<void(Calls&)>& run, Sweep how = {});

}  // namespace penstock::abi
