// Shared by the tests of the ABI: the library as a host opens it, options, instances, batches.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/penstock.h"

namespace penstock::abi {

// Returns the library under test, opened once with dlopen: the one that was built, or the value of the environment
// variable PENSTOCK_TEST_LIBRARY.
const penstock_module* module();

// Returns the stage. REQUIRES: the library has it.
const penstock_stage* stage(int32_t kind, std::string_view id);
inline const penstock_stage* kinesis_input() { return stage(PENSTOCK_INPUT, "penstock_kinesis"); }
inline const penstock_stage* lambda_logs() { return stage(PENSTOCK_FILTER, "lambda_logs"); }
inline const penstock_stage* kinesis_output() { return stage(PENSTOCK_OUTPUT, "penstock_kinesis"); }
std::vector<const penstock_stage*> all_stages();
std::vector<penstock_option_info> option_infos(const penstock_stage* stage);

inline penstock_bytes bytes(std::string_view text) { return {text.data(), text.size()}; }
inline std::string text(penstock_bytes b) { return b.size == 0 ? std::string() : std::string(b.data, b.size); }

inline penstock_error new_error() {
  penstock_error error;
  std::memset(&error, 0x5a, sizeof error);
  error.struct_size = sizeof error;
  return error;
}

using Options = std::vector<std::pair<std::string, std::string>>;

// Returns options with which the stage can be created: a stream at an address where no server listens.
Options working_options(const penstock_stage* stage);

// The result borrows from `options`.
std::vector<penstock_option> c_options(const Options& options);

// An open instance, destroyed by the destructor.
class Instance {
 public:
  explicit Instance(const penstock_stage* stage) : Instance(stage, working_options(stage), nullptr) {}
  Instance(const penstock_stage* stage, const Options& options, const penstock_host* host);
  ~Instance() { stage_->destroy(self_); }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  penstock_instance* get() const { return self_; }
  const penstock_stage* operator->() const { return stage_; }

 private:
  const penstock_stage* stage_;
  penstock_instance* self_ = nullptr;
};

// A batch of one record, "the mill wheel turns".
struct OneLine {
  OneLine();
  penstock_record record = {};
  penstock_batch batch = {};
};

// An emit callback that keeps the bodies and returns a code that the test sets.
struct Emitted {
  static int32_t emit(void* ctx, const penstock_batch* batch);
  std::vector<std::string> bodies;
  int calls = 0;
  int32_t result = PENSTOCK_OK;
};

}  // namespace penstock::abi
