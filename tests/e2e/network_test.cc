// The whole pipeline over networks with obstacles: TLS, and names that do not resolve.
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "tests/e2e/child_process.h"
#include "tests/model_kinesis/certificate.h"

namespace penstock::e2e {
namespace {

TEST(e2e, the_pipeline_works_over_tls_only_with_the_private_authority) {
  Deployment deployment(2, 40, Deployment::Scheme::https);
  deployment.fill(2000);
  const std::string output = deployment.folder.path("host.log");
  const std::string trusting = write_conf(deployment, "agent.conf");
  std::string text = read_file(trusting);
  for (size_t at; (at = text.find("ca_file")) != std::string::npos;)
    text.insert(at, "# ").replace(at + 2, 7, "left out");
  const std::string distrusting = deployment.folder.path("distrusting.conf");
  write_file(distrusting, text);

  HostProcess rejected({"run", "-c", distrusting, "--exit-when-idle", "1"}, output);
  EXPECT_TRUE(rejected.says("certificate", 60)) << read_file(output);
  rejected.signal(SIGTERM);
  EXPECT_EQ(rejected.wait(60), 0) << "an unreachable service is not idle";
  EXPECT_EQ(deployment.stats().requests, 0u);

  HostProcess host({"run", "-c", trusting, "--exit-when-idle", "1"}, output);
  EXPECT_EQ(host.wait(60), 0) << read_file(output);
  EXPECT_EQ(deployment.delivered().size(), deployment.expected.size()) << read_file(output);
}

TEST(e2e, a_name_that_does_not_resolve_delays_no_other_input_and_no_exit) {
  Deployment deployment(2, 40);
  deployment.fill(5000);
  const std::string output = deployment.folder.path("host.log");
  const std::string conf = write_conf(deployment, "agent.conf", {},
                                      "[INPUT]\n"
                                      "    Name penstock_kinesis\n"
                                      "    Tag logs\n"
                                      "    stream elsewhere\n"
                                      "    region us-east-1\n"
                                      "    endpoint https://kinesis.stuck.test\n"
                                      "    connect_timeout 20s\n"
                                      "    checkpoint memory\n"
                                      "    on_failure drop\n");
  HostProcess host({"run", "-c", conf}, output,
                   {"LD_PRELOAD=" STUCK_RESOLVER, "ASAN_OPTIONS=verify_asan_link_order=0"});
  // The signal is sent during the call that brings the last of the 5,000 records, while the other name is still
  // being looked up.
  deployment.server.with([&](model::Service& service) {
    service.on_request([&service, pid = host.pid(), sent = false](uint64_t, const model::Request&) mutable {
      if (sent || service.stats().records_put < 5000) return;
      sent = true;  // a second signal would end the host at once
      kill(pid, SIGTERM);
    });
  });
  EXPECT_EQ(host.wait(15), 0) << read_file(output);
  EXPECT_EQ(deployment.delivered().size(), deployment.expected.size()) << read_file(output);
}

}  // namespace
}  // namespace penstock::e2e
