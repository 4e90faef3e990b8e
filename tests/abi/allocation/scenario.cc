#include "tests/abi/allocation/scenario.h"

#include <cstdio>
#include <cstdlib>

namespace penstock::abi {

namespace {

// What grew in a run may be something that a library keeps for good from its first use on; what grows again, in
// the same run once more, is lost.
bool leaks(const std::function<void(Calls&)>& run, uint64_t number, memory::Mode mode) {
  for (int again = 0; again < 3; ++again) {
    const int64_t before = memory::live();
    memory::fail(number, mode);
    Calls calls;
    run(calls);
    if (memory::live() <= before) return false;
  }
  return true;
}

}  // namespace

bool Calls::judged(const char* name, int32_t code, const penstock_error& error) {
  if (code >= 0) return true;
  const bool told = std::string_view(error.text).find("out of memory") != std::string_view::npos;
  EXPECT_TRUE(memory::failed()) << name << " answered " << code << ", " << error.text << ", with memory enough";
  EXPECT_TRUE(told && error.code == code) << name << " answered " << code << " and said: " << error.text;
  return false;
}

void sweep(const char* name, const std::function<void(Calls&)>& run, Sweep how) {
  memory::say_at_crash(name);
  const uint64_t stride = std::getenv("PENSTOCK_TEST_ALL_ALLOCATIONS") != nullptr ? 1 : how.stride;
  for (int warm = 0; warm < 2; ++warm) {
    memory::fail(0, memory::Mode::once);
    Calls calls;
    run(calls);
    ASSERT_FALSE(testing::Test::HasFailure()) << name << " with memory enough";
  }
  const uint64_t total = memory::allocations();
  uint64_t tried = 0;
  const char* const only = std::getenv("PENSTOCK_TEST_ALLOCATION");  // one number, to look at
  for (const memory::Mode mode : {memory::Mode::once, memory::Mode::until_back}) {
    bool reached = true;
    uint64_t problems = 0;
    for (uint64_t number = only != nullptr ? std::strtoull(only, nullptr, 10) : 1; reached && problems < 40;
         number += stride) {
      SCOPED_TRACE(std::string(name) + ": allocation " + std::to_string(number) +
                   (mode == memory::Mode::once ? " failed" : " and those behind it failed"));
      const auto failures = [] {
        return testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count();
      };
      const int before = failures();
      const int64_t live_before = memory::live();
      memory::fail(number, mode);
      Calls calls;
      run(calls);
      reached = memory::failed();
      if (memory::live() > live_before && leaks(run, number, mode)) ADD_FAILURE() << "memory is lost";
      problems += failures() > before ? 1 : 0;
      tried += reached ? 1 : 0;
      if (only != nullptr) break;
    }
    EXPECT_LT(problems, 40u) << "given up";
  }
  memory::fail(0, memory::Mode::once);
  std::printf("allocations failed: %-60s %6llu of %6llu x 2%s\n", name, static_cast<unsigned long long>(tried),
              static_cast<unsigned long long>(total),
              stride == 1 ? "" : (", every " + std::to_string(stride) + "th").c_str());
}

}  // namespace penstock::abi
