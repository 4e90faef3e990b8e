// Prints one table that compares the stages. Their turns alternate, so that a slow moment of the machine affects
// all of them, and the fastest turn of each counts.
#include <algorithm>
#include <array>
#include <cstdio>

#include "bench/cpu_time.h"
#include "bench/stages.h"

int main() {
  constexpr int kTurns = 15;
  penstock::Stages stages(penstock::make_corpus());
  std::array<double, penstock::kStages.size()> seconds;
  seconds.fill(1e9);
  size_t work = 0;
  for (int turn = 0; turn < kTurns; ++turn) {
    for (size_t index = 0; index < seconds.size(); ++index) {
      const penstock::Stage& stage = penstock::kStages[index];
      const double from = penstock::thread_cpu_s();
      work += (stages.*stage.run)(stage.inflater);
      seconds[index] = std::min(seconds[index], penstock::thread_cpu_s() - from);
    }
  }
  stages.print_corpus();
  std::printf(
      "best of %d turns%s\n", kTurns,
      penstock::logs::FastInflate::is_built_in() ? "" : "; libdeflate is not built in, zlib is in its place");
  std::printf("%-24s %10s %14s %18s\n", "stage", "MB/s", "events/s", "time, zlib = 1");
  for (size_t index = 0; index < seconds.size(); ++index) {
    const penstock::Stage& stage = penstock::kStages[index];
    std::printf("%-24s %10.1f %14.0f %18.3f", stage.name, stages.text_bytes() / 1e6 / seconds[index],
                stages.events() / seconds[index], seconds[index] / seconds[0]);
    if (stage.bar > 0) std::printf("  at most %.1f", stage.bar);
    std::printf("\n");
  }
  return work == 0 ? 1 : 0;
}
