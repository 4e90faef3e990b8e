// Ten fixed jobs, whose instructions scripts/instructions.sh counts under callgrind. Each job runs once to warm
// up, then once more in measured_job(), the only function whose instructions count. Prints what the counts depend
// on, then the names of the jobs in their order.
#include <gnu/libc-version.h>
#include <openssl/crypto.h>
#include <zlib.h>
#if __has_include(<libdeflate.h>)
#include <libdeflate.h>
#endif

#include <cstdio>
#include <cstdlib>

#include "base/cpu.h"
#include "base/rapidjson_reader.h"
#include "bench/instruction_jobs.h"
#include "core/logs/decode/fast_inflate.h"

namespace {

using penstock::InstructionJob;
using penstock::InstructionJobs;

void print_environment() {
#ifdef __clang__
  std::printf("compiler %s\n", __VERSION__);
#else
  std::printf("compiler gcc %s\n", __VERSION__);
#endif
  std::printf("glibc %s\n", gnu_get_libc_version());
  std::printf("openssl %s\n", OpenSSL_version(OPENSSL_VERSION_STRING));
  std::printf("zlib %s\n", zlibVersion());
#ifdef LIBDEFLATE_VERSION_STRING
  std::printf("libdeflate %s\n", penstock::logs::FastInflate::is_built_in() ? LIBDEFLATE_VERSION_STRING : "none");
#else
  std::printf("libdeflate none\n");
#endif
  std::printf("rapidjson %s\n", RAPIDJSON_VERSION_STRING);
#ifdef __x86_64__
  std::printf("processor x86-64%s\n", penstock::kCpu.avx2 ? " with avx2" : "");
#else
  std::printf("processor other\n");
#endif
}

}  // namespace

// Not in a namespace, and never inlined, because callgrind finds it by this name.
extern "C" __attribute__((noinline)) size_t measured_job(InstructionJobs& jobs, const InstructionJob& job) {
  return (jobs.*job.run)();
}

int main() {
  print_environment();
  InstructionJobs jobs;
  for (const InstructionJob& job : penstock::kInstructionJobs) {
    const size_t result = (jobs.*job.run)();
    if (result == 0 || measured_job(jobs, job) != result) {
      std::fprintf(stderr, "%s did not do its work\n", job.name);
      return 1;
    }
    std::printf("job %s\n", job.name);
  }
}
