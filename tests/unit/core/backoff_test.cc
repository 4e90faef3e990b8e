#include "core/backoff.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

// Always returns the same bits.
class FixedRandom : public Random {
 public:
  explicit FixedRandom(uint64_t bits) : bits_(bits) {}
  uint64_t next() override { return bits_; }

 private:
  uint64_t bits_;
};

TEST(backoff, the_backoff_ceiling_doubles_with_each_failure_up_to_the_cap) {
  const Backoff backoff = {100, 5000};
  const int64_t ceilings[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000};
  for (int attempt = 1; attempt <= 8; ++attempt) {
    const int64_t ceiling = ceilings[attempt - 1];
    FixedRandom least(0);
    FixedRandom most(static_cast<uint64_t>(ceiling));
    FixedRandom around(static_cast<uint64_t>(ceiling) + 1);
    EXPECT_EQ(backoff.delay_ms(attempt, least), 0);
    EXPECT_EQ(backoff.delay_ms(attempt, most), ceiling) << attempt;
    EXPECT_EQ(backoff.delay_ms(attempt, around), 0) << attempt;
  }
}

TEST(backoff, the_backoff_ceiling_never_overflows) {
  FixedRandom random(20000);
  EXPECT_EQ((Backoff{1000, 20000}).delay_ms(INT32_MAX, random), 20000);
  EXPECT_LE((Backoff{1000, 20000}).delay_ms(0, random), 1000);
}

}  // namespace
}  // namespace penstock
