// The [SERVICE] sections of a conf: the settings of the host itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "abi/penstock.h"
#include "host/conf/conf.h"
#include "host/util/log_line.h"

namespace penstock::host {

enum class StatsFormat : uint8_t { text, emf };

struct Settings {
  int64_t grace_ms = 5000;            // Grace: time for data in flight to settle at the end
  int64_t stats_interval_ms = 10000;  // Stats_Interval: 0: no progress lines
  StatsFormat stats_format = StatsFormat::text;
  int32_t log_level = PENSTOCK_LOG_INFO;
  bool http_server = false;               // HTTP_Server
  std::string http_listen = "127.0.0.1";  // HTTP_Listen: an IP address
  uint16_t http_port = 2020;              // HTTP_Port: 0: the system chooses one
  LogFormat log_format = LogFormat::text;
};

// Merges all [SERVICE] sections; the last of a repeated key counts. Adds warnings for keys that only Fluent Bit
// uses. named_plugins.h reads Plugins_File.
Settings read_settings(const Conf& conf, std::vector<Problem>& problems);

}  // namespace penstock::host
