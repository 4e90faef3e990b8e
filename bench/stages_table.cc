// Prints one table that compares the stages. Their turns alternate, so that a slow moment of the machine affects
// all of them, and the fastest turn of each counts.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "bench/bars.h"
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
    std::printf("%-24s %10.1f %14.0f %18.3f\n", stage.name, stages.text_bytes() / 1e6 / seconds[index],
                stages.events() / seconds[index], seconds[index] / seconds[0]);
  }
  for (size_t index = 0; index < seconds.size(); ++index) {
    const penstock::Stage& stage = penstock::kStages[index];
    if (stage.bar == 0) continue;
    const bool by_zlib = stage.inflater == penstock::logs::Inflater::zlib;
    const std::string what =
        std::string("gunzip + split + filter") + (by_zlib ? " by zlib" : "") + ", relative to zlib's inflate";
    penstock::print_bar({what.c_str(), seconds[index] / seconds[0], penstock::Limit::at_most, stage.bar, "x"});
  }
  return work == 0 ? 1 : 0;
}
