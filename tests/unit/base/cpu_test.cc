#include "base/cpu.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace penstock {
namespace {

#ifdef __x86_64__

// Returns the flags of the first processor as " flag flag ... flag "; "" if the kernel does not list them.
std::string flags_of_the_kernel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("flags")) return line.substr(line.find(':') + 1) + " ";
  return "";
}

TEST(cpu, the_features_are_those_that_the_kernel_lists) {
  const std::string flags = flags_of_the_kernel();
  if (flags.empty()) GTEST_SKIP() << "/proc/cpuinfo has no flags";
  const auto lists = [&](const std::string& flag) { return flags.find(" " + flag + " ") != std::string::npos; };
  EXPECT_EQ(kCpu.ssse3, lists("ssse3"));
  EXPECT_EQ(kCpu.bmi, lists("bmi1"));
  EXPECT_EQ(kCpu.bmi2, lists("bmi2"));
  EXPECT_EQ(kCpu.avx2, lists("avx2"));
  EXPECT_EQ(kCpu.avx512bw, lists("avx512bw"));
  EXPECT_EQ(kCpu.avx512vbmi2, lists("avx512_vbmi2"));
}

#endif

}  // namespace
}  // namespace penstock
