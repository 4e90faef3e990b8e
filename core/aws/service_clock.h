// The current time as the services see it.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "base/time.h"
#include "core/env.h"

namespace penstock::aws {

// The wall clock plus a correction from the services' Date headers. All calls of an instance share one.
class ServiceClock {
 public:
  explicit ServiceClock(Clock& clock) : clock_(clock) {}

  int64_t now_ms() const { return clock_.wall_ms() + offset_ms_; }

  // Sets the correction from a response's Date header, if the response came over TLS and the offset is at most
  // 24 h. Without TLS, an attacker on the network could set our clock back to a time at which a stolen signature
  // was valid.
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
