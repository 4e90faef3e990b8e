#include "host/observe/process_stats.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

namespace penstock::host {

namespace {

std::optional<int64_t> resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t pages = 0, resident_pages = 0;
  if (!(statm >> pages >> resident_pages)) return std::nullopt;
  return resident_pages * sysconf(_SC_PAGESIZE);
}

std::optional<int64_t> open_descriptors() {
  std::error_code error;
  std::filesystem::directory_iterator descriptor("/proc/self/fd", error);
  if (error) return std::nullopt;
  int64_t count = -1;  // the iterator's own
  for (const std::filesystem::directory_iterator end; descriptor != end && !error; descriptor.increment(error))
    ++count;
  return count;
}

}  // namespace

ProcessStats read_process_stats() {
  ProcessStats out;
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  out.cpu_ms = int64_t{used.tv_sec} * 1000 + used.tv_nsec / 1'000'000;
  out.resident_bytes = resident_bytes();
  out.open_descriptors = open_descriptors();
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  out.max_descriptors = limit.rlim_cur == RLIM_INFINITY ? INT64_MAX : static_cast<int64_t>(limit.rlim_cur);
  return out;
}

}  // namespace penstock::host
