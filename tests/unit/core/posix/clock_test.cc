#include <gtest/gtest.h>

#include <set>

#include "core/posix/posix_env.h"

namespace penstock::posix {
namespace {

TEST(system_clock, monotonic_time_never_goes_back_and_wall_time_is_plausible) {
  const std::unique_ptr<Clock> clock = make_system_clock();
  int64_t last_ms = clock->monotonic_ms();
  for (int i = 0; i < 100000; ++i) {
    const int64_t now_ms = clock->monotonic_ms();
    ASSERT_GE(now_ms, last_ms);
    last_ms = now_ms;
  }
  EXPECT_GT(clock->wall_ms(), 1'500'000'000'000);  // milliseconds, and later than 2017
}

TEST(system_random, two_random_generators_share_no_number) {
  std::set<uint64_t> seen;
  const std::unique_ptr<Random> one = make_system_random();
  const std::unique_ptr<Random> two = make_system_random();
  for (int i = 0; i < 10000; ++i) {
    seen.insert(one->next());
    seen.insert(two->next());
  }
  EXPECT_EQ(seen.size(), 20000U);
}

TEST(system_random, each_random_bit_is_set_half_of_the_time) {
  const std::unique_ptr<Random> random = make_system_random();
  int set[64] = {};
  for (int i = 0; i < 10000; ++i) {
    const uint64_t number = random->next();
    for (int bit = 0; bit < 64; ++bit) set[bit] += static_cast<int>(number >> bit & 1);
  }
  for (const int count : set) EXPECT_NEAR(count, 5000, 500);  // ten standard deviations
}

}  // namespace
}  // namespace penstock::posix
