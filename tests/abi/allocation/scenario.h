// Runs a piece of work across the ABI many times, with a different allocation failing each time.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "tests/abi/allocation/failing_memory.h"
#include "tests/abi/library.h"

namespace penstock::abi {

// The watched calls of one run. Reports each violation of the contract as a test failure that names the
// allocation.
class Calls {
 public:
  // Makes the call and returns whether it succeeded. If it failed, checks that memory did run out, and that the
  // error says so and what to do.
  template <typename Call>
  bool well(const char* name, Call call) {
    penstock_error error = no_error();
    return check_result(name, watched([&] { return call(&error); }), error);
  }
  // The same, but tries a second time if memory ran out. The second try must succeed.
  template <typename Call>
  bool well_at_last(const char* name, Call call) {
    return well(name, call) || well(name, call);
  }
  // Makes a call that may fail and is not repeated.
  template <typename Call>
  void maybe(const char* name, Call call) {
    penstock_error error = no_error();
    static_cast<void>(check_result(name, watched([&] { return call(&error); }), error));
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
  static bool check_result(const char* name, int32_t code, const penstock_error& error);
};

// Runs `run` once with no failure, then with the first allocation failing, then the second, and so on, in each of
// the modes, until a run ends before it reaches the allocation that should fail. Under a sanitizer, takes every
// 11th. Prints how many were tried. REQUIRES: run leaves no files or state.
void sweep(const char* name, const std::function<void(Calls&)>& run,
           std::initializer_list<memory::Mode> modes = {memory::Mode::once, memory::Mode::until_return});

// A temporary folder, removed by the destructor.
struct Folder {
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

// Returns the value of the stage's counter, or -1 if it has none of that name.
int64_t stat_of(const penstock_stage* stage, penstock_instance* self, std::string_view name);
// Makes a watched call of stats().
void read_stats(Calls& calls, const penstock_stage* stage, penstock_instance* self);
// Runs the stage's command of that name. If memory runs out, runs it a second time, which must succeed.
void run_command(Calls& calls, const penstock_host& host, const penstock_stage* stage, std::string_view name,
                 const Options& options, const Options& arguments);

}  // namespace penstock::abi
