// Our output inside a real Fluent Bit, next to the agent's own (kinesis_streams): records of 280 bytes from a
// file, through in_tail, over TLS on loopback to a sink in another process that responds at once, with one worker.
// Measures the processor time of the whole agent above that with the output null, and the time until the sink has
// all records.
//
//   FLUENT_BIT=/path/to/fluent-bit penstock-bench-fluent-bit-output [TURNS [RECORDS]]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/bars.h"
#include "bench/corpus.h"
#include "bench/fluent_bit_agent.h"
#include "bench/tls_sink.h"

namespace {

using namespace penstock;

constexpr size_t kRecordBytes = 280;
constexpr double kCpuBar = 0.6;
constexpr double kElapsedBar = 1.1;

std::string make_lines(size_t records) {
  std::string lines;
  lines.reserve(records * (kRecordBytes + 1));
  CorpusRandom random(7);
  for (size_t i = 0; i < records; ++i) {
    for (size_t byte = 0; byte < kRecordBytes; ++byte) {
      const char c = static_cast<char>(' ' + random.below(95));
      lines += c == '"' || c == '\\' ? ' ' : c;
    }
    lines += '\n';
  }
  return lines;
}

struct Output {
  const char* name;
  std::string section;
  bool sends;
  std::vector<FluentBitAgent::Run> runs = {};

  double median(double FluentBitAgent::Run::*value) const {
    std::vector<double> values;
    for (const FluentBitAgent::Run& run : runs) values.push_back(run.*value);
    std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
  }
};

}  // namespace

int main(int argc, char** argv) {
  using Run = FluentBitAgent::Run;
  const std::string program = fluent_bit_program("our output");
  if (program.empty()) return 0;
  const int turns = argc > 1 ? std::max(std::atoi(argv[1]), 1) : 5;
  const size_t records = argc > 2 ? static_cast<size_t>(std::atoll(argv[2])) : 400'000;
  setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "a-secret-of-some-forty-characters-not-more", 1);
  const TlsSink sink;
  const FluentBitAgent agent(program, PENSTOCK_OUT_KINESIS);
  agent.set_lines(make_lines(records));

  const std::string url = sink.url();
  const std::string to_stream = "    stream out\n    region us-east-1\n    workers 1\n";
  Output null{"null", "    Name null\n", false};
  Output own{"kinesis_streams",
             "    Name kinesis_streams\n" + to_stream + "    endpoint 127.0.0.1\n    port " +
                 url.substr(url.rfind(':') + 1) + "\n    tls.ca_file " + sink.ca_file() + "\n",
             true};
  Output ours{"penstock_kinesis",
              "    Name penstock_kinesis\n" + to_stream + "    endpoint " + url + "\n    ca_file " +
                  sink.ca_file() + "\n    on_failure drop\n    Retry_Limit no_limits\n",
              true};
  for (int turn = 0; turn < turns; ++turn)
    for (Output* output : {&null, &own, &ours}) {
      const uint64_t before = sink.taken().records;
      const auto has_all = [&] { return !output->sends || sink.taken().records - before >= records; };
      output->runs.push_back(agent.run("[OUTPUT]\n    Match *\n" + output->section, has_all));
      if (output->sends && sink.taken().records - before != records) agent.give_up("a record was delivered twice");
    }

  std::printf("%zu records of %zu bytes; medians of %d turns\n", records, kRecordBytes, turns);
  const auto above_null_us = [&](const Output& output) {
    return (output.median(&Run::cpu_s) - null.median(&Run::cpu_s)) * 1e6 / static_cast<double>(records);
  };
  std::printf("  %-16s  processor %6.3f s\n", null.name, null.median(&Run::cpu_s));
  for (const Output* output : {&own, &ours})
    std::printf("  %-16s  processor %6.3f s, above null %6.3f us per record; elapsed %6.3f s\n", output->name,
                output->median(&Run::cpu_s), above_null_us(*output), output->median(&Run::elapsed_s));
  print_bar({"Fluent Bit output: CPU per record, of the agent's own", above_null_us(ours) / above_null_us(own),
             Limit::at_most, kCpuBar, "x"});
  print_bar({"Fluent Bit output: elapsed, workers 1, of the agent's own",
             ours.median(&Run::elapsed_s) / own.median(&Run::elapsed_s), Limit::at_most, kElapsedBar, "x"});
  return 0;
}
