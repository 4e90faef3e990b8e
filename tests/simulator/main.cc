// Runs seeds of the simulator: docs/simulation.md.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/world.h"

namespace penstock::simulator {

namespace {

struct Arguments {
  std::optional<uint64_t> seed;  // only this one
  bool trace = false;
  int edition = kEdition;
  uint64_t from = 1;
  uint64_t seeds = 100;
  double seconds = 0;  // 0: until all seeds are done
  unsigned jobs = 1;
  bool only_kcl = false;  // skip the seeds without workers of KCL
};

// The report of a job, a child process, at its end.
struct JobReport {
  uint64_t seeds = 0;
  uint64_t failed = 0;
  uint64_t events = 0;
  uint64_t duplicates = 0;
  int64_t virtual_ms = 0;
};

[[noreturn]] void usage() {
  std::fputs(
      "penstock-simulate --seed N [--edition N] [--trace]\n"
      "penstock-simulate [--from N] [--seeds N] [--seconds S] [--jobs N] [--only kcl]\n",
      stderr);
  std::exit(2);
}

Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--trace") {
      arguments.trace = true;
      continue;
    }
    char* end = nullptr;
    const char* const text = i + 1 < argc ? argv[++i] : "";
    if (name == "--only" && std::strcmp(text, "kcl") == 0) {
      arguments.only_kcl = true;
      continue;
    }
    const double value = std::strtod(text, &end);
    if (*text == '\0' || *end != '\0' || value < 0) usage();
    const auto number = static_cast<uint64_t>(value);
    if (name == "--seed")
      arguments.seed = number;
    else if (name == "--edition")
      arguments.edition = static_cast<int>(number);
    else if (name == "--from")
      arguments.from = number;
    else if (name == "--seeds")
      arguments.seeds = number;
    else if (name == "--seconds")
      arguments.seconds = value;
    else if (name == "--jobs" && number > 0)
      arguments.jobs = static_cast<unsigned>(number);
    else
      usage();
  }
  return arguments;
}

void write_line(const std::string& line) { std::printf("%s\n", line.c_str()); }

int run_one(const Arguments& arguments) {
  const Plan plan = draw_plan(*arguments.seed, arguments.edition);
  if (arguments.trace) std::printf("%s", to_text(plan).c_str());
  World world(plan, arguments.trace ? Trace::Write(write_line) : nullptr);
  const std::string verdict = world.run();
  std::printf("seed %llu: %s (%zu events, %zu duplicates, %.0f virtual seconds)\n",
              static_cast<unsigned long long>(*arguments.seed),
              verdict.empty() ? "nothing found" : verdict.c_str(), world.events(), world.duplicates(),
              static_cast<double>(world.elapsed_ms()) / 1000);
  return verdict.empty() ? 0 : 1;
}

JobReport run_share(const Arguments& arguments, unsigned job, const char* program) {
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  JobReport report;
  for (uint64_t i = job; i < arguments.seeds; i += arguments.jobs) {
    if (arguments.seconds > 0 && elapsed() >= arguments.seconds) break;
    const unsigned long long seed = arguments.from + i;
    const Plan plan = draw_plan(seed);
    if (arguments.only_kcl && plan.kcl_workers == 0) continue;
    World world(plan, nullptr);
    const std::string verdict = world.run();
    ++report.seeds;
    report.events += world.events();
    report.duplicates += world.duplicates();
    report.virtual_ms += world.elapsed_ms();
    if (verdict.empty()) continue;
    ++report.failed;
    std::printf("seed %llu: %s\n  to see how: %s --seed %llu --trace\n", seed, verdict.c_str(), program, seed);
    std::fflush(stdout);
  }
  return report;
}

int run_many(const Arguments& arguments, const char* program) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<int> pipes;
  for (unsigned job = 0; job < arguments.jobs; ++job) {
    int ends[2];
    if (pipe(ends) != 0) return 2;
    std::fflush(stdout);
    const pid_t child = fork();
    if (child < 0) return 2;
    if (child == 0) {
      const JobReport report = run_share(arguments, job, program);
      const bool sent = write(ends[1], &report, sizeof report) == sizeof report;
      std::exit(sent ? 0 : 2);
    }
    close(ends[1]);
    pipes.push_back(ends[0]);
  }
  JobReport all;
  bool whole = true;
  for (const int from : pipes) {
    JobReport report;
    // A job that died has reported nothing.
    if (read(from, &report, sizeof report) != sizeof report) whole = false;
    close(from);
    all.seeds += report.seeds;
    all.failed += report.failed;
    all.events += report.events;
    all.duplicates += report.duplicates;
    all.virtual_ms += report.virtual_ms;
  }
  while (wait(nullptr) > 0) continue;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf(
      "%llu seeds in %.1f s, %.0f a minute; %llu events, %llu duplicates, %.1f virtual hours; %llu failed\n",
      static_cast<unsigned long long>(all.seeds), seconds, static_cast<double>(all.seeds) / seconds * 60,
      static_cast<unsigned long long>(all.events), static_cast<unsigned long long>(all.duplicates),
      static_cast<double>(all.virtual_ms) / 3'600'000, static_cast<unsigned long long>(all.failed));
  if (!whole) std::printf("a job died before its seeds were done\n");
  return all.failed == 0 && whole ? 0 : 1;
}

}  // namespace

}  // namespace penstock::simulator

int main(int argc, char** argv) {
  const auto arguments = penstock::simulator::read_arguments(argc, argv);
  return arguments.seed ? penstock::simulator::run_one(arguments)
                        : penstock::simulator::run_many(arguments, argv[0]);
}
