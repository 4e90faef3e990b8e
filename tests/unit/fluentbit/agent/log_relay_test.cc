#include "fluentbit/agent/log_relay.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <string>
#include <vector>

#include "abi/penstock.h"

namespace penstock::fluentbit {
namespace {

bool raised(const Wakeup& wakeup) {
  pollfd descriptor{wakeup.descriptor(), POLLIN, 0};
  return ::poll(&descriptor, 1, 0) == 1;
}

std::vector<std::string> printed(LogRelay& relay) {
  std::vector<std::string> out;
  relay.print([&](int32_t level, const std::string& line) { out.push_back(std::to_string(level) + " " + line); });
  return out;
}

TEST(fluentbit_log_relay, relayed_log_lines_are_printed_once_and_in_order) {
  Wakeup waiting;
  LogRelay relay(PENSTOCK_LOG_INFO, waiting);
  relay.line(PENSTOCK_LOG_ERROR, "a");
  relay.line(PENSTOCK_LOG_INFO, "b");
  EXPECT_TRUE(raised(waiting));
  EXPECT_EQ(printed(relay), (std::vector<std::string>{"1 a", "3 b"}));
  EXPECT_TRUE(printed(relay).empty());
}

TEST(fluentbit_log_relay, log_lines_above_the_agents_level_are_not_relayed) {
  Wakeup waiting;
  LogRelay relay(PENSTOCK_LOG_INFO, waiting);
  relay.line(PENSTOCK_LOG_DEBUG, "a");
  EXPECT_FALSE(raised(waiting));
  EXPECT_TRUE(printed(relay).empty());
}

TEST(fluentbit_log_relay, a_hundred_relayed_log_lines_are_kept_and_the_others_counted) {
  Wakeup waiting;
  LogRelay relay(PENSTOCK_LOG_INFO, waiting);
  for (int i = 0; i < 100; ++i) relay.line(PENSTOCK_LOG_INFO, "a");
  EXPECT_EQ(printed(relay).size(), 100u);
  for (int i = 0; i < 103; ++i) relay.line(PENSTOCK_LOG_INFO, "a");
  const std::vector<std::string> lines = printed(relay);
  ASSERT_EQ(lines.size(), 101u);
  EXPECT_EQ(lines.back(), "2 PS0967: lines of this log were dropped, because too many were waiting; lines: 3");
}

}  // namespace
}  // namespace penstock::fluentbit
