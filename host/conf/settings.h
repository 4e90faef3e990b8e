// The [SERVICE] sections of a conf: how the host itself behaves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "abi/penstock.h"
#include "host/conf/conf.h"

namespace penstock::host {

struct Settings {
  int64_t grace_ms = 5000;            // Grace: what is in flight has that long to settle at the end
  int64_t stats_interval_ms = 10000;  // Stats_Interval: 0 for no progress lines
  int32_t log_level = PENSTOCK_LOG_INFO;
};

// Merges all [SERVICE] sections; of a repeated key the last counts. Keys that are for Fluent Bit alone are warned
// of. Plugins_File is for named_plugins.h.
Settings read_settings(const Conf& conf, std::vector<Problem>& problems);

}  // namespace penstock::host
