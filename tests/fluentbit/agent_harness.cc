#include "tests/fluentbit/agent_harness.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <strings.h>

#include <algorithm>
#include <chrono>

#include "tests/gzip.h"

namespace penstock::test_agent {

Agent::Agent(const Version& version) : in(version, PENSTOCK_IN_KINESIS), out(version, PENSTOCK_OUT_KINESIS) {
  log_book().clear();
}

Agent::~Agent() {
  EXPECT_TRUE(in.intact() && out.intact());
  EXPECT_EQ(log_book().lines_of_foreign_threads(), 0) << log_book().all();
}

bool until(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    poll(nullptr, 0, 2);
  }
  return true;
}

Properties with(Properties base, const Properties& more) {
  for (const auto& one : more) {
    std::erase_if(base,
                  [&](const auto& known) { return strcasecmp(known.first.c_str(), one.first.c_str()) == 0; });
    base.push_back(one);
  }
  return base;
}

Properties input_section(const e2e::Deployment& deployment, const Properties& more) {
  return with(with(deployment.input_options(), {{"tag", "lambda"}, {"threaded", "off"}}), more);
}

Properties output_section(const e2e::Deployment& deployment, const Properties& more) {
  return with(deployment.output_options(), more);
}

void Arrived::add(const std::vector<Chunk>& chunks) {
  for (const Chunk& chunk : chunks) {
    tags_.insert(chunk.tag);
    for (const Event& event : events_of(chunk.data)) {
      ++total_;
      ++times_[event.body.text("event_id")];
    }
  }
}

bool Arrived::holds(const std::set<std::string>& ids) const {
  return std::all_of(ids.begin(), ids.end(), [&](const std::string& id) { return times_.contains(id); });
}

bool collect(Input& input, Arrived& arrived, const std::set<std::string>& ids) {
  return until([&] {
    input.collect();
    arrived.add(input.take());
    return arrived.times().size() >= ids.size() && arrived.holds(ids);
  });
}

std::map<std::string, int> read_by_the_next(e2e::Deployment& deployment, Agent& agent) {
  static int sentinels = 0;
  const std::string sentinel = "sentinel-" + std::to_string(++sentinels);
  deployment.put("key", gzip(e2e::message("/aws/lambda/orders", "s", {{sentinel, "the last"}})));
  Input next(agent.in, agent.pipeline, input_section(deployment));
  EXPECT_GT(next.init(), 0) << log_book().all();
  Arrived arrived;
  EXPECT_TRUE(collect(next, arrived, {sentinel})) << log_book().all();
  next.exit();
  std::map<std::string, int> before = arrived.times();
  before.erase(sentinel);
  return before;
}

}  // namespace penstock::test_agent
