#include "tests/soak/flat.h"

#include <gtest/gtest.h>

namespace penstock::soak {
namespace {

constexpr Margin kMargin = {0.05, 1};

// Returns `count` samples that begin at `from` and grow by `step`.
std::vector<double> growing(double from, double step, int count = 30) {
  std::vector<double> samples;
  for (int i = 0; i < count; ++i) samples.push_back(from + step * i);
  return samples;
}

TEST(soak, what_does_not_grow_is_flat) {
  EXPECT_TRUE(thirds(growing(100, 0), kMargin).is_flat());
  EXPECT_TRUE(thirds(growing(100, -1), kMargin).is_flat());
}

TEST(soak, what_grows_past_the_margin_is_not_flat) {
  EXPECT_TRUE(thirds(growing(100, 0.6), kMargin).is_flat()) << "by 6 from the middle on, of 109 and 5% and 1";
  EXPECT_FALSE(thirds(growing(100, 0.7), kMargin).is_flat());
}

TEST(soak, the_margin_is_the_last_that_is_flat) {
  const std::vector<double> even = {0, 0, 100, 100, 106, 106}, over = {0, 0, 100, 100, 106.1, 106.1};
  EXPECT_TRUE(thirds(even, kMargin).is_flat());
  EXPECT_FALSE(thirds(over, kMargin).is_flat());
}

TEST(soak, growth_while_it_warms_up_is_nothing) {
  std::vector<double> samples = growing(1, 10, 10);
  samples.resize(30, 100);
  EXPECT_TRUE(thirds(samples, kMargin).is_flat());
}

TEST(soak, a_few_samples_far_above_are_nothing) {
  std::vector<double> samples(30, 100);
  for (const size_t i : {20U, 25U, 29U}) samples[i] = 1000;
  EXPECT_TRUE(thirds(samples, kMargin).is_flat());
}

TEST(soak, growth_that_begins_after_the_second_third_is_not_flat) {
  std::vector<double> samples(20, 100);
  for (int i = 0; i < 10; ++i) samples.push_back(100 + 3 * i);
  EXPECT_FALSE(thirds(samples, kMargin).is_flat());
}

}  // namespace
}  // namespace penstock::soak
