// What time it is for the services that we call.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "base/time.h"
#include "core/env.h"

namespace penstock::aws {

// The wall clock, and what the services' Date headers say that it is wrong by. One for all the calls of an
// instance.
class ServiceClock {
 public:
  explicit ServiceClock(Clock& clock) : clock_(clock) {}

  int64_t now_ms() const { return clock_.wall_ms() + offset_ms_; }

  // Takes the time from a response's Date header: only if it came over TLS, so that nobody on the way can set our
  // clock back to when a stolen signature was good, and only if it is at most 24 h away.
  void correct(const HttpResponse& response) {
    const std::optional<int64_t> date_ms = parse_http_date(response.header("date"));
    if (!response.over_tls || !date_ms) return;
    const int64_t offset_ms = *date_ms - clock_.wall_ms();
    if (std::llabs(offset_ms) <= kLargestOffsetMs) offset_ms_ = offset_ms;
  }

 private:
  static constexpr int64_t kLargestOffsetMs = int64_t{24} * 3600 * 1000;

  Clock& clock_;
  int64_t offset_ms_ = 0;
};

}  // namespace penstock::aws
