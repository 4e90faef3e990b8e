// Runs the simulator with each of the deliberate bugs in mutations.toml, until a seed finds it, and without any,
// when no seed may find something.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/mutations/mutated.h"
#include "tests/simulator/world.h"

namespace penstock::simulator {

namespace {

struct Mutation {
  const char* name;
  const char* file;
  uint64_t within;  // seeds, from 1
  bool of_kcl;      // searched for in plans with workers of KCL
};

constexpr Mutation kMutations[] = {
#include "mutations.inc"
};
constexpr int kCount = static_cast<int>(std::size(kMutations));
constexpr int kEditionWithoutKcl = 5;
constexpr std::string_view kQueueFiles = "core/kinesis/queue/";  // run only in plans with a queue
constexpr Mutation kNone = {"none", "", 100, false};
constexpr unsigned kMaxSecondsPerSeed = 60;  // a seed that hangs for longer counts as found

struct Finding {
  uint64_t seed = 0;  // 0: none
  std::array<char, 200> verdict = {};
};

// One job: a child process, because a bug may crash it.
struct Job {
  int number;
  pid_t pid;
  int pipe;
};

[[noreturn]] void hunt(int number, uint64_t seeds, int pipe) {
  mutation_on = number;
  const bool is_of_queue = number > 0 && std::string_view(kMutations[number - 1].file).starts_with(kQueueFiles);
  const bool is_of_kcl = number > 0 && kMutations[number - 1].of_kcl;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    const Plan plan = draw_plan(seed, number > 0 && !is_of_kcl ? kEditionWithoutKcl : kEdition);
    if (number > 0 && (plan.queue != is_of_queue || (plan.kcl_workers > 0) != is_of_kcl)) continue;
    Finding finding;
    finding.seed = seed;
    std::strncpy(finding.verdict.data(), "the process died or hung", finding.verdict.size() - 1);
    // Written in advance: the parent uses the last one that it can read.
    if (write(pipe, &finding, sizeof finding) != sizeof finding) std::_Exit(2);
    alarm(kMaxSecondsPerSeed);
    World world(plan, nullptr);
    const std::string verdict = world.run();
    std::memset(finding.verdict.data(), 0, finding.verdict.size());
    verdict.copy(finding.verdict.data(), finding.verdict.size() - 1);
    if (verdict.empty()) finding.seed = 0;
    if (write(pipe, &finding, sizeof finding) != sizeof finding) std::_Exit(2);
    if (!verdict.empty()) break;
  }
  std::_Exit(0);
}

Job start(int number, uint64_t seeds) {
  int ends[2];
  if (pipe(ends) != 0) std::exit(2);
  const pid_t child = fork();
  if (child < 0) std::exit(2);
  if (child == 0) {
    close(ends[0]);
    hunt(number, seeds, ends[1]);
  }
  close(ends[1]);
  return {number, child, ends[0]};
}

Finding end(const Job& job) {
  Finding last, next;
  while (read(job.pipe, &next, sizeof next) == sizeof next) last = next;
  close(job.pipe);
  waitpid(job.pid, nullptr, 0);
  return last;
}

// Prints the result of a mutation and returns whether it is as expected.
bool print_result(int number, const Finding& finding) {
  const Mutation& mutation = number == 0 ? kNone : kMutations[number - 1];
  const bool found = finding.seed != 0;
  std::printf("%-58s %-8s %s\n", mutation.name, found ? ("seed " + std::to_string(finding.seed)).c_str() : "-",
              found         ? finding.verdict.data()
              : number == 0 ? "nothing found, as expected"
                            : "SURVIVED");
  std::fflush(stdout);
  return found == (number != 0);
}

int run(const std::string& only, uint64_t seeds) {
  std::vector<int> numbers;
  for (int number = 0; number <= kCount; ++number)
    if (only.empty() || (number > 0 && only == kMutations[number - 1].name)) numbers.push_back(number);
  if (numbers.empty()) {
    std::fprintf(stderr, "unknown mutation \"%s\"\n", only.c_str());
    return 2;
  }
  bool good = true;
  std::vector<Job> jobs;
  const auto end_first = [&] {
    good = print_result(jobs.front().number, end(jobs.front())) && good;
    jobs.erase(jobs.begin());
  };
  const auto most = static_cast<size_t>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  for (const int number : numbers) {
    const uint64_t within = number == 0 ? kNone.within : kMutations[number - 1].within;
    jobs.push_back(start(number, seeds == 0 ? within : seeds));
    if (jobs.size() == most) end_first();
  }
  while (!jobs.empty()) end_first();
  return good ? 0 : 1;
}

}  // namespace

}  // namespace penstock::simulator

int main(int argc, char** argv) {
  std::string only;
  uint64_t seeds = 0;  // from the table
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--mutation") only = argv[i + 1];
    if (name == "--seeds") seeds = std::strtoull(argv[i + 1], nullptr, 10);
  }
  if (argc % 2 == 0) {
    std::fputs("penstock-simulate-mutants [--mutation NAME] [--seeds N]\n", stderr);
    return 2;
  }
  return penstock::simulator::run(only, seeds);
}
