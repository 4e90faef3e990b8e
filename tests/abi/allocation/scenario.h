// A piece of work across the ABI that is done again and again, each time with another allocation failing in it.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
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

// Runs the work with none failing, then with the first, the second, ..., in each of the modes, until it comes to
// its end without reaching the one that was to fail; under a sanitizer with every 11th. Prints how many were
// tried. run leaves nothing behind.
void sweep(const char* name, const std::function<void(Calls&)>& run,
           std::initializer_list<memory::Mode> modes = {memory::Mode::once, memory::Mode::until_back});

// A folder that is gone with it.
struct Folder {
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

// Of the stage; -1 where there is none of that name.
int64_t stat_of(const penstock_stage* stage, penstock_instance* self, std::string_view name);
// The call, watched.
void tell_stats(Calls& calls, const penstock_stage* stage, penstock_instance* self);
// Runs the stage's command of that name; where memory is short, once more, and then it goes well.
void run_command(Calls& calls, const penstock_host& host, const penstock_stage* stage, std::string_view name,
                 const Options& options, const Options& arguments);

}  // namespace penstock::abi
