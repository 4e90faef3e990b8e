// The three files in every version of the agent; and that the test agent sees what it is to see.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "tests/fluentbit/agent_output.h"
#include "tests/fluentbit/proxy_file.h"
#include "tests/fluentbit/small_stack.h"

namespace penstock::test_agent {
namespace {

TEST(fluentbit_load, the_test_agent_sees_a_write_past_the_registration) {
  setenv("PENSTOCK_FAKE_FILLS_IN_EVENT_TYPE", "1", 1);
  const ProxyFile older(k4_0, FAKE_PROXY);
  const ProxyFile newer(k4_2_3, FAKE_PROXY);
  EXPECT_FALSE(older.intact());
  EXPECT_TRUE(newer.intact());
  unsetenv("PENSTOCK_FAKE_FILLS_IN_EVENT_TYPE");
  EXPECT_TRUE(ProxyFile(k4_0, FAKE_PROXY).intact());
}

TEST(fluentbit_load, the_test_agent_measures_the_stack_of_a_flush) {
  WorkThread pipeline("flb-pipeline");
  ProxyFile file(k5_1_1, FAKE_PROXY);
  Output output(file, pipeline, {});
  ASSERT_GT(output.init(), 0);
  EXPECT_EQ(output.flush({"512", "x"}), kFlushOk);
  const size_t little = output.stack_used_bytes();
  EXPECT_EQ(output.flush({"12288", "x"}), kFlushOk);
  EXPECT_GE(output.stack_used_bytes(), little + 8192);
  EXPECT_LT(output.stack_used_bytes(), kCoroutineBytes);
}

TEST(fluentbit_load, the_test_agent_stops_a_flush_that_needs_too_much_stack) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  // A sanitizer tells of it and exits.
  const auto overflow = [](int status) {
    return kInstrumented ? status != 0 : WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
  };
  EXPECT_EXIT(
      {
        WorkThread pipeline("flb-pipeline");
        ProxyFile file(k5_1_1, FAKE_PROXY);
        Output output(file, pipeline, {});
        output.init();
        output.flush({std::to_string(kCoroutineBytes), "x"});
      },
      overflow, "");
}

}  // namespace
}  // namespace penstock::test_agent
