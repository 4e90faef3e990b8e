// What the system knows about this process.
#pragma once

#include <cstdint>
#include <optional>

namespace penstock::host {

struct ProcessStats {
  int64_t cpu_ms = 0;                       // user and system time, of all threads
  std::optional<int64_t> resident_bytes;    // nullopt: /proc is not readable
  std::optional<int64_t> open_descriptors;  // nullopt: /proc is not readable
  int64_t max_descriptors = 0;              // RLIMIT_NOFILE
};

ProcessStats read_process_stats();

}  // namespace penstock::host
