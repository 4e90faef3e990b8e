// The input in an agent that exports nothing: records can be handed over only in the callback's output.
#include <gtest/gtest.h>

#include "tests/fluentbit/agent_harness.h"

namespace penstock::test_agent {
namespace {

using e2e::Deployment;

TEST(fluentbit_input, without_the_agents_append_the_input_does_not_start_and_says_what_to_write) {
  Deployment deployment(1, 1);
  for (const char* after : {"append", "delivery"}) {
    Agent agent;
    Input input(agent.in, agent.pipeline, input_section(deployment, {{"checkpoint_after", after}}));
    EXPECT_LE(input.init(), 0);
    EXPECT_TRUE(log_book().says(LogBook::kError, "flb_input_log_append")) << log_book().all();
    EXPECT_TRUE(log_book().says(LogBook::kError, "checkpoint_after handover")) << log_book().all();
  }
}

TEST(fluentbit_input, without_the_agents_append_a_tag_option_is_rejected) {
  Deployment deployment(1, 1);
  Agent agent;
  Input input(agent.in, agent.pipeline,
              input_section(deployment, {{"checkpoint_after", "handover"}, {"tag_format", "$log_group"}}));
  EXPECT_LE(input.init(), 0);
  EXPECT_TRUE(log_book().says(LogBook::kError, "tag_format")) << log_book().all();
}

class fluentbit_input_bare : public testing::TestWithParam<Version> {};

TEST_P(fluentbit_input_bare, handover_through_the_callback_delivers_all_records_once_and_checkpoints_them) {
  for (const char* threaded : {"on", "off"}) {
    if (!GetParam().input_by_context && threaded == std::string("off")) continue;
    Deployment deployment(1, 1);
    deployment.fill(2000);
    Agent agent(GetParam());
    Properties section = input_section(
        deployment, {{"checkpoint_after", "handover"}, {"chunk_bytes", "16k"}, {"threaded", threaded}});
    Arrived arrived;
    {
      Input input(agent.in, agent.pipeline, section);
      ASSERT_GT(input.init(), 0) << log_book().all();
      EXPECT_TRUE(log_book().says(LogBook::kWarning, "checkpoint_after handover")) << log_book().all();
      EXPECT_TRUE(until([&] {
        input.collect();
        input.drain_ring();
        arrived.add(input.take());
        return arrived.holds(deployment.expected);
      })) << log_book().all();
      input.pause();
      EXPECT_EQ(input.callback(), 0u);
      input.exit();
    }
    deployment.fill(200);
    Input again(agent.in, agent.pipeline, section);
    ASSERT_GT(again.init(), 0) << log_book().all();
    EXPECT_TRUE(until([&] {
      again.collect();
      again.drain_ring();
      arrived.add(again.take());
      return arrived.holds(deployment.expected);
    })) << log_book().all();
    again.exit();
    EXPECT_EQ(arrived.copies(), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(fluentbit_input, fluentbit_input_bare, testing::ValuesIn(kVersions),
                         [](const auto& of) { return name_for_test(of.param); });

}  // namespace
}  // namespace penstock::test_agent
