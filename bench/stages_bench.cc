// The stages as cases of Google Benchmark, for its statistics and filters.
#include <benchmark/benchmark.h>

#include "bench/stages.h"

namespace {

using penstock::kStages;
using penstock::Stage;
using penstock::Stages;

void run_stage(benchmark::State& state, const Stage& stage) {
  static Stages stages(penstock::make_corpus());
  for (auto _ : state) benchmark::DoNotOptimize((stages.*stage.run)());
  const auto passes = static_cast<double>(state.iterations());
  state.counters["MB/s"] = benchmark::Counter(stages.text_bytes() * passes / 1e6, benchmark::Counter::kIsRate);
  state.counters["events/s"] = benchmark::Counter(stages.events() * passes, benchmark::Counter::kIsRate);
}

}  // namespace

int main(int argc, char** argv) {
  for (const Stage& stage : kStages)
    benchmark::RegisterBenchmark(stage.name, run_stage, stage)->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
