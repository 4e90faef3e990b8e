// The stages as Google Benchmark cases, for its statistics and filters.
#include <benchmark/benchmark.h>

#include "bench/stages.h"

namespace {

using penstock::kStages;
using penstock::Stages;

void stage(benchmark::State& state) {
  static Stages stages(penstock::make_corpus());
  const penstock::Stage& measured = kStages[static_cast<size_t>(state.range(0))];
  while (state.KeepRunning()) benchmark::DoNotOptimize((stages.*measured.run)(measured.inflater));
  const auto passes = static_cast<double>(state.iterations());
  state.SetLabel(measured.name);
  state.counters["MB/s"] = benchmark::Counter(stages.text_bytes() * passes / 1e6, benchmark::Counter::kIsRate);
  state.counters["events/s"] = benchmark::Counter(stages.events() * passes, benchmark::Counter::kIsRate);
}
BENCHMARK(stage)->DenseRange(0, kStages.size() - 1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
