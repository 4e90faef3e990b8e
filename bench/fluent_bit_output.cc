// Our output inside a real Fluent Bit, next to the agent's own (kinesis_streams): records of 280 bytes from a
// file, through in_tail, over TLS on loopback to a sink in another process that responds at once, with one worker.
// Measures the processor time of the whole agent above that with the output null, and the time until the sink has
// all records.
//
//   FLUENT_BIT=/path/to/fluent-bit penstock-bench-fluent-bit-output [TURNS [RECORDS]]
#include <stdlib.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/bars.h"
#include "bench/corpus.h"
#include "bench/cpu_time.h"
#include "bench/tls_sink.h"
#include "tests/e2e/child_process.h"

namespace {

using namespace penstock;

constexpr size_t kRecordBytes = 280;
constexpr int kMaxSeconds = 120;  // for one run
constexpr double kCpuBar = 0.6;
constexpr double kElapsedBar = 1.1;

double now_s() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Of the sink, nothing counts: it has not ended.
double ended_children_cpu_s() {
  const ProcessCpu used = process_cpu(RUSAGE_CHILDREN);
  return used.user_s + used.system_s;
}

// Returns the path of our output: in the folder PENSTOCK_TEST_FILES, or as built.
std::string output_file() {
  const char* const folder = std::getenv("PENSTOCK_TEST_FILES");
  const std::string built = PENSTOCK_OUT_KINESIS;
  return folder != nullptr ? folder + built.substr(built.rfind('/')) : built;
}

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

struct Run {
  double cpu_s;      // user and system, of all threads
  double elapsed_s;  // until the sink has all records
};

// Runs of the agent with one output each.
class AgentRuns {
 public:
  AgentRuns(std::string program, size_t records, const TlsSink& sink)
      : program_(std::move(program)), records_(records), sink_(sink) {
    e2e::write_file(folder_.path("lines"), make_lines(records));
    e2e::write_file(folder_.path("plugins.conf"), "[PLUGINS]\n    Path " + output_file() + "\n");
  }

  Run run(const std::string& output, bool sends) const {
    const std::string conf = folder_.path("agent.conf");
    const std::string log = folder_.path("agent.log");
    e2e::write_file(
        conf, "[SERVICE]\n    Flush 1\n    Grace 60\n    Log_Level info\n    Plugins_File " +
                  folder_.path("plugins.conf") + "\n[INPUT]\n    Name tail\n    Path " + folder_.path("lines") +
                  "\n    Read_from_Head on\n    Exit_On_Eof on\n    Tag lines\n[OUTPUT]\n    Match *\n" + output);
    const uint64_t before = sink_.taken().records;
    const double cpu_before_s = ended_children_cpu_s();
    const double start_s = now_s();
    double end_s = 0;
    e2e::ChildProcess agent(program_, {"-c", conf}, log);
    if (sends) {
      const auto has_all = [&] { return sink_.taken().records - before >= records_; };
      if (!agent.until(has_all, kMaxSeconds, 1) && !has_all()) give_up(log);
      end_s = now_s();
    }
    if (agent.wait(kMaxSeconds) != 0) give_up(log);
    if (sends && sink_.taken().records - before != records_) give_up(log);
    return {ended_children_cpu_s() - cpu_before_s, end_s - start_s};
  }

 private:
  [[noreturn]] static void give_up(const std::string& log) {
    std::fprintf(stderr, "the agent did not deliver the records, each once:\n%s\n", e2e::read_file(log).c_str());
    std::exit(2);
  }

  e2e::TemporaryFolder folder_;
  std::string program_;
  size_t records_;
  const TlsSink& sink_;
};

struct Output {
  const char* name;
  std::string section;
  bool sends;
  std::vector<Run> runs = {};

  double median(double Run::*value) const {
    std::vector<double> values;
    for (const Run& run : runs) values.push_back(run.*value);
    std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
  }
};

}  // namespace

int main(int argc, char** argv) {
  const char* const program = std::getenv("FLUENT_BIT");
  if (program == nullptr) {
    std::puts("skipped: our output inside Fluent Bit, because the variable FLUENT_BIT does not name the agent");
    return 0;
  }
  const int turns = argc > 1 ? std::max(std::atoi(argv[1]), 1) : 5;
  const size_t records = argc > 2 ? static_cast<size_t>(std::atoll(argv[2])) : 400'000;
  setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "a-secret-of-some-forty-characters-not-more", 1);
  const TlsSink sink;
  const AgentRuns agent(program, records, sink);

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
    for (Output* output : {&null, &own, &ours}) output->runs.push_back(agent.run(output->section, output->sends));

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
