// The input in Fluent Bit 2.0, in which log events have no metadata.
#include <gtest/gtest.h>

#include "tests/fluentbit/agent_harness.h"

namespace penstock::test_agent {
namespace {

TEST(fluentbit_input, version_2_0_gets_events_without_metadata) {
  e2e::Deployment deployment(1, 1);
  deployment.fill(400);
  Agent agent(k2_0);
  Input input(agent.in, agent.pipeline, input_section(deployment));
  ASSERT_GT(input.init(), 0) << log_book().all();
  Arrived arrived;
  EXPECT_TRUE(until([&] {
    input.collect();
    const std::vector<Chunk> chunks = input.take();
    for (const Chunk& chunk : chunks)
      for (const Event& event : events_of(chunk.data)) EXPECT_FALSE(event.with_metadata);
    arrived.add(chunks);
    return arrived.holds(deployment.expected);
  })) << log_book().all();
  input.exit();
  EXPECT_EQ(arrived.copies(), 0);
}

TEST(fluentbit_input, version_2_0_cannot_hold_receipts_and_the_error_says_so) {
  e2e::Deployment deployment(1, 1);
  Agent agent(k2_0);
  Input input(agent.in, agent.pipeline, input_section(deployment, {{"checkpoint_after", "delivery"}}));
  EXPECT_LE(input.init(), 0);
  EXPECT_TRUE(log_book().says(LogBook::kError, "2.1")) << log_book().all();
}

}  // namespace
}  // namespace penstock::test_agent
