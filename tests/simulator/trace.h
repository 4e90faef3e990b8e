// Records what happens, one line per event, for people and to check that two runs are the same.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "tests/sim/sim_clock.h"

namespace penstock::simulator {

class Trace {
 public:
  using Write = std::function<void(const std::string& line)>;

  // REQUIRES: the clock outlives it. Without `write`, nothing is recorded.
  Trace(const sim::SimClock& clock, Write write)
      : clock_(clock), start_ms_(clock.unix_ms()), write_(std::move(write)) {}

  // Checked before a line is formatted.
  bool on() const { return write_ != nullptr; }
  void line(std::string_view who, std::string_view what) const {
    if (!on()) return;
    std::array<char, 32> time;
    std::snprintf(time.data(), time.size(), "%10.3f  ", static_cast<double>(clock_.unix_ms() - start_ms_) / 1000);
    std::string text = time.data();
    text += who;
    text.resize(std::max(text.size() + 1, size_t{24}), ' ');
    write_(text.append(what));
  }

 private:
  const sim::SimClock& clock_;
  int64_t start_ms_;
  Write write_;
};

}  // namespace penstock::simulator
