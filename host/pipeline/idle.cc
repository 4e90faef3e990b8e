#include "host/pipeline/idle.h"

#include <string_view>

namespace penstock::host {

namespace {

struct Reading {
  int64_t retries = 0;
  bool lags = false;
};

void on_stat(void* ctx, const penstock_stat* stat) noexcept {
  Reading& reading = *static_cast<Reading*>(ctx);
  const std::string_view name = stat->name;
  if (name == "retries") reading.retries += stat->value;
  if (name == "lag_ms" && stat->value != 0) reading.lags = true;
}

}  // namespace

bool IdleCheck::caught_up(const std::vector<Input>& inputs) {
  Reading reading;
  for (const Input& input : inputs) input.stage->instance.stats(on_stat, &reading);
  const bool tried_again = reading.retries != retries_;
  retries_ = reading.retries;
  return !reading.lags && !tried_again;
}

}  // namespace penstock::host
