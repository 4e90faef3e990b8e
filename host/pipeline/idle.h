// Distinguishes inputs that have nothing to emit from inputs that temporarily cannot read.
#pragma once

#include <cstdint>
#include <vector>

#include "host/pipeline/pipeline.h"

namespace penstock::host {

// A check based on the inputs' own statistics, if they have them.
class IdleCheck {
 public:
  // Returns true if since the last call (or the start) no input has retried anything (counter "retries"), and no
  // input lags ("lag_ms"; below 0: not known yet).
  bool caught_up(const std::vector<Input>& inputs);

 private:
  int64_t retries_ = 0;  // of all inputs, at the last call
};

}  // namespace penstock::host
