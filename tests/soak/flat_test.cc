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

TEST(soak, constant_samples_are_flat) {
  EXPECT_TRUE(thirds(growing(100, 0), kMargin).is_flat());
  EXPECT_TRUE(thirds(growing(100, -1), kMargin).is_flat());
}

TEST(soak, growth_beyond_the_margin_is_not_flat) {
  EXPECT_TRUE(thirds(growing(100, 0.6), kMargin).is_flat())
      << "6 more from the middle on, compared with 109 + 5% + 1";
  EXPECT_FALSE(thirds(growing(100, 0.7), kMargin).is_flat());
}

TEST(soak, growth_of_exactly_the_margin_is_flat) {
  const std::vector<double> even = {0, 0, 100, 100, 106, 106}, over = {0, 0, 100, 100, 106.1, 106.1};
  EXPECT_TRUE(thirds(even, kMargin).is_flat());
  EXPECT_FALSE(thirds(over, kMargin).is_flat());
}

TEST(soak, growth_during_warm_up_is_ignored) {
  std::vector<double> samples = growing(1, 10, 10);
  samples.resize(30, 100);
  EXPECT_TRUE(thirds(samples, kMargin).is_flat());
}

TEST(soak, a_few_outliers_are_ignored) {
  std::vector<double> samples(30, 100);
  for (const size_t i : {20U, 25U, 29U}) samples[i] = 1000;
  EXPECT_TRUE(thirds(samples, kMargin).is_flat());
}

TEST(soak, growth_after_the_second_third_is_not_flat) {
  std::vector<double> samples(20, 100);
  for (int i = 0; i < 10; ++i) samples.push_back(100 + 3 * i);
  EXPECT_FALSE(thirds(samples, kMargin).is_flat());
}

}  // namespace
}  // namespace penstock::soak
