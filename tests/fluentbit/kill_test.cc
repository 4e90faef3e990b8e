// The agent is killed at any moment.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/e2e/child_process.h"
#include "tests/fluentbit/agent_harness.h"

namespace penstock::test_agent {
namespace {

// The last event is incomplete if the agent was killed during the write.
void add_journal(const std::string& path, Arrived& arrived) {
  const std::string journal = e2e::read_file(path);
  std::string_view rest = journal;
  while (take_value(rest)) {
  }
  arrived.add({{"", journal.substr(0, journal.size() - rest.size())}});
}

void add(std::vector<std::string>& arguments, const Properties& section) {
  for (const auto& [key, value] : section) arguments.emplace_back(key).append("=").append(value);
}

// Runs the agent seven times and kills it at a random request; the last run ends when done() returns true. Prints
// the seed; PENSTOCK_TEST_SEED repeats a run.
void run_and_kill(e2e::Deployment& deployment, const std::vector<std::string>& arguments,
                  const std::function<bool()>& done) {
  const char* const given = std::getenv("PENSTOCK_TEST_SEED");
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  SCOPED_TRACE("PENSTOCK_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string output = deployment.folder.path("agent.log");
  constexpr int kRuns = 7;
  for (int run = 1; run <= kRuns; ++run) {
    e2e::ChildProcess agent(FLUENTBIT_AGENT_PROGRAM, arguments, output);
    if (run < kRuns) {
      deployment.server.with([&](model::Service& service) {
        service.on_request([pid = agent.pid(), left = random() % 12 + 3](uint64_t, const model::Request&) mutable {
          if (left > 0 && --left == 0) kill(pid, SIGKILL);
        });
      });
    } else {
      EXPECT_TRUE(agent.until(done, 60)) << e2e::read_file(output);
      kill(agent.pid(), SIGKILL);
    }
    EXPECT_EQ(agent.wait(60), 128 + SIGKILL) << e2e::read_file(output);
    deployment.server.with([](model::Service& service) { service.on_request(nullptr); });
  }
}

TEST(fluentbit_input, an_agent_killed_at_any_request_loses_nothing_that_was_not_on_its_disk) {
  e2e::Deployment deployment(2, 1);
  deployment.fill(6000);
  std::vector<std::string> arguments = {deployment.folder.path("")};
  add(arguments, input_section(deployment, {{"chunk_bytes", "4k"}}));
  run_and_kill(deployment, arguments, [&] {
    Arrived arrived;
    for (const auto& file : std::filesystem::directory_iterator(deployment.folder.path("")))
      if (file.path().filename().string().starts_with("journal-")) add_journal(file.path(), arrived);
    return arrived.holds(deployment.expected);
  });
}

TEST(fluentbit_input, with_checkpoint_after_delivery_an_agent_killed_at_any_request_loses_nothing) {
  e2e::Deployment deployment(2, 16);
  deployment.fill(6000);
  std::vector<std::string> arguments = {deployment.folder.path("")};
  add(arguments, input_section(deployment, {{"checkpoint_after", "delivery"}}));
  arguments.emplace_back("--");
  add(arguments, output_section(deployment, {{"flush_timeout", "1s"}}));
  deployment.server.with([](model::Service& service) {
    model::FaultRates rates;
    rates.reject_records = 0.2;
    service.faults().set_rates(rates);
  });
  run_and_kill(deployment, arguments, [&] {
    const std::map<std::string, int> delivered = deployment.delivered();
    return std::all_of(deployment.expected.begin(), deployment.expected.end(),
                       [&](const std::string& id) { return delivered.contains(id); });
  });
}

}  // namespace
}  // namespace penstock::test_agent
