#include "base/cpu.h"

#ifdef __x86_64__

#include <cpuid.h>
#include <immintrin.h>

#include <cstdint>

namespace penstock {

namespace {

// Bits of the register XCR0: the registers that the kernel saves (Intel's manual, volume 1, 13.3).
constexpr uint64_t kSavesAvx = 0x06;
constexpr uint64_t kSavesAvx512 = 0xE6;

__attribute__((target("xsave"))) uint64_t saved_registers() { return _xgetbv(0); }

CpuFeatures detect() {
  CpuFeatures features;
  uint32_t a = 0;
  uint32_t b = 0;
  uint32_t c = 0;
  uint32_t d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return features;
  features.ssse3 = (c & bit_SSSE3) != 0;
  const uint64_t saved = (c & bit_OSXSAVE) != 0 ? saved_registers() : 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return features;
  features.bmi = (b & bit_BMI) != 0;
  features.bmi2 = (b & bit_BMI2) != 0;
  features.avx2 = (b & bit_AVX2) != 0 && (saved & kSavesAvx) == kSavesAvx;
  features.avx512bw = (b & bit_AVX512BW) != 0 && (saved & kSavesAvx512) == kSavesAvx512;
  features.avx512vbmi2 = (c & bit_AVX512VBMI2) != 0 && features.avx512bw;
  return features;
}

}  // namespace

const CpuFeatures kCpu = detect();

}  // namespace penstock

#endif
