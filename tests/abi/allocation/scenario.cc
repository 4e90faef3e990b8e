#include "tests/abi/allocation/scenario.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

namespace penstock::abi {

namespace {

// Returns whether a run loses memory. Growth in one run may be something that a library keeps from its first use
// on; growth in each of three more runs is a leak.
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

// Under a sanitizer, each run takes several times as long.
#ifdef PENSTOCK_SANITIZED
constexpr uint64_t kStride = 11;
#else
constexpr uint64_t kStride = 1;
#endif

}  // namespace

bool Calls::check_result(const char* name, int32_t code, const penstock_error& error) {
  if (code >= 0) return true;
  const bool says_so = std::string_view(error.text).find("out of memory") != std::string_view::npos;
  EXPECT_TRUE(memory::failed()) << name << " returned " << code << ", " << error.text << ", with enough memory";
  EXPECT_TRUE(says_so && error.code == code) << name << " returned " << code << " with the error: " << error.text;
  return false;
}

void sweep(const char* name, const std::function<void(Calls&)>& run, std::initializer_list<memory::Mode> modes) {
  memory::say_at_crash(name);
  module();
  // After a failed allocation, libcurl 7.88.1 divides by zero in its table of sockets (singlesocket() in multi.c),
  // and if it cannot parse a numeric address, it looks it up on a thread of its own. We cannot fix either.
  // Allocations that other libraries make for libcurl do fail.
  memory::spare("libcurl.so");
  for (int warm = 0; warm < 2; ++warm) {
    memory::fail(0, memory::Mode::once);
    Calls calls;
    run(calls);
    ASSERT_FALSE(testing::Test::HasFailure()) << name << " with enough memory";
  }
  const uint64_t total = memory::allocations();
  uint64_t tried = 0;
  const char* const only = std::getenv("PENSTOCK_TEST_ALLOCATION");  // one number, for debugging
  for (const memory::Mode mode : modes) {
    bool reached = true;
    uint64_t problems = 0;
    for (uint64_t number = only != nullptr ? std::strtoull(only, nullptr, 10) : 1; reached && problems < 40;
         number += kStride) {
      SCOPED_TRACE(std::string(name) + ": allocation " + std::to_string(number) +
                   (mode == memory::Mode::once ? " failed" : " and all after it failed"));
      const auto failures = [] {
        return testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count();
      };
      const int before = failures();
      const int64_t live_before = memory::live();
      memory::fail(number, mode);
      Calls calls;
      run(calls);
      reached = memory::failed();
      if (memory::live() > live_before && leaks(run, number, mode)) ADD_FAILURE() << "memory leaks";
      problems += failures() > before ? 1 : 0;
      tried += reached ? 1 : 0;
      if (only != nullptr) break;
    }
    EXPECT_LT(problems, 40u) << "stopped after 40 problems";
  }
  memory::fail(0, memory::Mode::once);
  std::printf("allocations failed: %-60s %6llu of %6llu x %zu\n", name, static_cast<unsigned long long>(tried),
              static_cast<unsigned long long>(total), modes.size());
}

Folder::Folder() : path((std::filesystem::temp_directory_path() / "penstock-test-XXXXXX").string()) {
  EXPECT_NE(mkdtemp(path.data()), nullptr);
}
Folder::~Folder() { std::filesystem::remove_all(path); }

int64_t stat_of(const penstock_stage* stage, penstock_instance* self, std::string_view name) {
  std::pair<std::string_view, int64_t> wanted{name, -1};
  stage->stats(
      self,
      [](void* ctx, const penstock_stat* stat) {
        auto& [of, value] = *static_cast<std::pair<std::string_view, int64_t>*>(ctx);
        if (of == stat->name) value = stat->value;
      },
      &wanted);
  return wanted.second;
}

void read_stats(Calls& calls, const penstock_stage* stage, penstock_instance* self) {
  calls.maybe("stats", [&](penstock_error*) {
    stage->stats(
        self, [](void*, const penstock_stat*) {}, nullptr);
    return PENSTOCK_OK;
  });
}

void run_command(Calls& calls, const penstock_host& host, const penstock_stage* stage, std::string_view name,
                 const Options& options, const Options& arguments) {
  const penstock_command* found = nullptr;
  const char* at = reinterpret_cast<const char*>(stage->commands);
  for (uint32_t i = 0; i < stage->command_count; ++i, at += stage->command_stride)
    if (reinterpret_cast<const penstock_command*>(at)->name == name)
      found = reinterpret_cast<const penstock_command*>(at);
  ASSERT_NE(found, nullptr) << name;
  const std::vector<penstock_option> with = c_options(options), argument_list = c_options(arguments);
  EXPECT_TRUE(calls.well_at_last(found->name, [&](penstock_error* error) {
    return found->run(
        &host, with.data(), with.size(), argument_list.data(), argument_list.size(), sizeof(penstock_option),
        [](void*, penstock_bytes) {}, nullptr, error);
  }));
}

}  // namespace penstock::abi
