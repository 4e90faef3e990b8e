// The host among everything that could hold it up from outside.
#include "tests/e2e/nuisances.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <string>

namespace penstock::e2e {
namespace {

TEST(e2e, everything_arrives_while_the_log_and_the_metrics_are_not_read_and_a_thousand_connections_are_open) {
  constexpr size_t kConnections = 1000, kEvents = 20'000;
  if (!UnreadClients::are_possible(kConnections)) GTEST_SKIP() << "the system allows too few open files";
  Deployment deployment(4, 40);
  const std::string conf =
      write_conf(deployment, "agent.conf", {},
                 "[SERVICE]\n    HTTP_Server on\n    HTTP_Port 0\n    Log_Level debug\n    Stats_Interval 1\n");
  UnreadPipe log(deployment.folder.path("log"));
  HostProcess host({"run", "-c", conf}, log.path());
  const uint16_t port = log.read_port(host);
  ASSERT_NE(port, 0);
  ASSERT_TRUE(host.until([&] { return log.is_full(); }, 60));
  UnreadClients clients(port, kConnections);
  ASSERT_TRUE(host.until(
      [&] {
        clients.keep_open();
        return clients.connections() > 0;
      },
      60));
  deployment.fill(kEvents);
  std::map<std::string, int> delivered;
  EXPECT_TRUE(host.until(
      [&] {
        clients.keep_open();
        if (deployment.stats().records_put < kEvents) return false;
        delivered = deployment.delivered();
        return delivered.size() == kEvents;
      },
      120));
  EXPECT_EQ(delivered.size(), kEvents);
  for (const std::string& id : deployment.expected) EXPECT_EQ(delivered.count(id), 1U) << id;
  EXPECT_TRUE(log.is_full());
  host.signal(SIGTERM);
  EXPECT_EQ(host.wait(60), 0);
}

}  // namespace
}  // namespace penstock::e2e
