// The agent killed at any moment.
#include <gtest/gtest.h>
#include <signal.h>

#include <random>
#include <string>
#include <vector>

#include "tests/e2e/child_process.h"
#include "tests/fluentbit/stand.h"

namespace penstock::test_agent {
namespace {

// Whole events of the journal; the last one may be cut where the agent was killed at the write.
void add_journal(const std::string& path, Arrived& arrived) {
  const std::string journal = e2e::read_file(path);
  std::string_view rest = journal;
  while (take_value(rest)) {
  }
  arrived.add({{"", journal.substr(0, journal.size() - rest.size())}});
}

// The seed is printed; PENSTOCK_TEST_SEED repeats a run.
TEST(fluentbit_input, an_agent_killed_at_any_request_loses_nothing) {
  const char* const given = std::getenv("PENSTOCK_TEST_SEED");
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  SCOPED_TRACE("PENSTOCK_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  e2e::Deployment deployment(2, 1);
  deployment.fill(6000);
  const std::string output = deployment.folder.path("agent.log");
  std::vector<std::string> arguments = {""};
  for (const auto& [key, value] : input_section(deployment, {{"chunk_bytes", "4k"}}))
    arguments.push_back(key + "=" + value);
  Arrived arrived;
  for (int run = 0; run <= 6; ++run) {
    const bool last = run == 6;
    const std::string journal = deployment.folder.path("journal-" + std::to_string(run));
    arguments[0] = journal;
    e2e::ChildProcess agent(FLUENTBIT_AGENT_PROGRAM, arguments, output);
    deployment.server.with([&](model::Service& service) {
      service.on_request(
          [pid = agent.pid(), left = random() % 12 + 3, last](uint64_t, const model::Request&) mutable {
            if (!last && left > 0 && --left == 0) kill(pid, SIGKILL);
          });
    });
    if (last) {
      Arrived all = arrived;
      EXPECT_TRUE(agent.until(
          [&] {
            all = arrived;
            add_journal(journal, all);
            return all.holds(deployment.expected);
          },
          60))
          << all.times().size() << " of " << deployment.expected.size() << e2e::read_file(output);
      kill(agent.pid(), SIGKILL);
    }
    EXPECT_EQ(agent.wait(60), 128 + SIGKILL) << e2e::read_file(output);
    deployment.server.with([](model::Service& service) { service.on_request(nullptr); });
    add_journal(journal, arrived);
  }
  EXPECT_TRUE(arrived.holds(deployment.expected));
}

}  // namespace
}  // namespace penstock::test_agent
