// Processor time, which other programs on the machine disturb less than wall-clock time.
#pragma once

#include <sys/resource.h>
#include <time.h>

namespace penstock {

// Returns the user and system time of the calling thread, in seconds.
inline double thread_cpu_s() {
  timespec used = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

// Processor time in seconds: of the whole process, or with RUSAGE_CHILDREN of its children that have ended.
struct ProcessCpu {
  double user_s, system_s;
};
inline ProcessCpu process_cpu(int whose = RUSAGE_SELF) {
  rusage used = {};
  getrusage(whose, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return {seconds(used.ru_utime), seconds(used.ru_stime)};
}

}  // namespace penstock
