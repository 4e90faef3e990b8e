// The vector instructions that may be used on this x86-64 processor. The compiler's __builtin_cpu_supports is not
// used, because it returns false for everything with a toolchain whose runtime library has only a stub of it, such
// as that of release builds.
#pragma once

#ifdef __x86_64__

namespace penstock {

// The processor has the instructions, and the kernel saves their registers.
struct CpuFeatures {
  bool ssse3 = false;
  bool bmi = false;
  bool bmi2 = false;
  bool avx2 = false;
  bool avx512bw = false;
  bool avx512vbmi2 = false;
};

// All false until the static initializers have run.
extern const CpuFeatures kCpu;

}  // namespace penstock

#endif
