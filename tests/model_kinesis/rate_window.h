// The total of an amount over the last second.
#pragma once

#include <cstdint>
#include <deque>

namespace penstock::model {

// Strict: the limit holds for every interval of a second, wherever it begins.
class RateWindow {
 public:
  // Returns the amount that a limit per second still allows at now_ms.
  int64_t room(int64_t now_ms, int64_t limit) {
    while (!taken_.empty() && taken_.front().at_ms <= now_ms - 1000) {
      sum_ -= taken_.front().amount;
      taken_.pop_front();
    }
    return limit - sum_;
  }
  void take(int64_t now_ms, int64_t amount) {
    sum_ += amount;
    if (!taken_.empty() && taken_.back().at_ms == now_ms)
      taken_.back().amount += amount;
    else
      taken_.push_back({now_ms, amount});
  }

 private:
  struct Taken {
    int64_t at_ms;
    int64_t amount;
  };
  std::deque<Taken> taken_;
  int64_t sum_ = 0;
};

}  // namespace penstock::model
