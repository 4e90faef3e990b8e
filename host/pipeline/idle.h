// Whether inputs that emit nothing have nothing to emit, or only cannot get at it for the moment.
#pragma once

#include <cstdint>
#include <vector>

#include "host/pipeline/pipeline.h"

namespace penstock::host {

// Asks the inputs' own statistics, where they have them.
class IdleCheck {
 public:
  // True: since the last call (or the start) no input has had to try again what failed (its counter "retries"),
  // and none is behind what it reads (its gauge "lag_ms"; below 0 it does not know yet).
  bool caught_up(const std::vector<Input>& inputs);

 private:
  int64_t retries_ = 0;  // of all inputs, at the last call
};

}  // namespace penstock::host
