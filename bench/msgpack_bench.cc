// Conversion between JSON and msgpack, with records that the Lambda filter makes from the corpus.
#include <benchmark/benchmark.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/corpus.h"
#include "core/logs/decode/subscription.h"
#include "core/logs/record/lambda_filter.h"
#include "fluentbit/msgpack/json_to_msgpack.h"
#include "fluentbit/msgpack/log_events.h"
#include "fluentbit/msgpack/msgpack_to_json.h"
#include "fluentbit/msgpack/msgpack_writer.h"

namespace {

using namespace penstock;
using namespace penstock::fluentbit;

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

struct Records {
  std::vector<std::string> json;
  size_t json_bytes = 0;
  std::string chunk;  // the same records as msgpack log events
};

Records make_records() {
  Records records;
  logs::SubscriptionReader reader(size_t{64} << 20);
  logs::LambdaFilter filter(logs::LambdaFilterOptions{});
  penstock_batch batch = {};
  const auto take = [](void* ctx, const penstock_batch* filtered) -> int32_t {
    for (uint64_t i = 0; i < filtered->record_count; ++i)
      static_cast<Records*>(ctx)->json.emplace_back(filtered->records[i].body.data,
                                                    filtered->records[i].body.size);
    return PENSTOCK_OK;
  };
  for (const CorpusMessage& message : make_corpus()) {
    reader.begin(message.gzip, {});
    while (reader.next(batch) == logs::SubscriptionReader::Step::batch)
      require(filter.apply(batch, take, &records) == PENSTOCK_OK, "filter");
    require(reader.problem().ok(), "split");
  }
  JsonToMsgpack converter;
  for (const std::string& json : records.json) {
    records.json_bytes += json.size();
    MsgpackWriter out(records.chunk);
    out.array(2);
    out.array(2);
    out.event_time(1566741555269);
    out.map(0);
    require(converter.append(records.chunk, json), "convert");
  }
  return records;
}

const Records& records() {
  static const Records made = make_records();
  return made;
}

void report(benchmark::State& state) {
  const auto passes = static_cast<double>(state.iterations());
  const auto rate = [&](size_t count) {
    return benchmark::Counter(static_cast<double>(count) * passes, benchmark::Counter::kIsRate);
  };
  state.counters["JSON bytes/s"] = rate(records().json_bytes);
  state.counters["records/s"] = rate(records().json.size());
}

void json_to_msgpack(benchmark::State& state) {
  JsonToMsgpack converter;
  std::string out;
  records();
  while (state.KeepRunning()) {
    out.clear();
    for (const std::string& json : records().json) converter.append(out, json);
    benchmark::DoNotOptimize(out.data());
  }
  report(state);
}
BENCHMARK(json_to_msgpack)->Unit(benchmark::kMillisecond);

void log_events_to_json(benchmark::State& state) {
  TextBuffer out;
  records();
  while (state.KeepRunning()) {
    out.clear();
    LogEvents events(records().chunk);
    for (LogEvent event; events.next(event);) append_json(out, event.body);
    benchmark::DoNotOptimize(out.data());
  }
  report(state);
}
BENCHMARK(log_events_to_json)->Unit(benchmark::kMillisecond);

void log_events(benchmark::State& state) {
  records();
  while (state.KeepRunning()) {
    LogEvents events(records().chunk);
    size_t total = 0;
    for (LogEvent event; events.next(event);) total += event.body.size();
    benchmark::DoNotOptimize(total);
  }
  report(state);
}
BENCHMARK(log_events)->Unit(benchmark::kMillisecond);

}  // namespace
