// The whole pipeline in the host, in a process that can be stopped and killed.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/child_process.h"

namespace penstock::e2e {
namespace {

size_t expected_in(const Deployment& deployment, const std::map<std::string, int>& delivered) {
  size_t found = 0;
  for (const std::string& id : deployment.expected) found += delivered.count(id);
  return found;
}

TEST(e2e, the_host_runs_the_whole_pipeline_and_exits_when_idle) {
  Deployment deployment(2, 40);
  deployment.fill(5000);
  const std::string conf = write_conf(deployment, "agent.conf"), output = deployment.folder.path("host.log");
  HostProcess host({"run", "-c", conf, "--exit-when-idle", "1"}, output);
  EXPECT_EQ(host.wait(60), 0) << read_file(output);
  const std::map<std::string, int> delivered = deployment.delivered();
  EXPECT_EQ(delivered.size(), deployment.expected.size()) << read_file(output);
  EXPECT_EQ(expected_in(deployment, delivered), deployment.expected.size());
}

TEST(e2e, sigterm_settles_what_is_in_flight_saves_the_position_and_exits_with_0) {
  Deployment deployment(2, 40);
  deployment.fill(5000);
  const std::string conf = write_conf(deployment, "agent.conf"), output = deployment.folder.path("host.log");
  HostProcess host({"run", "-c", conf}, output);
  deployment.server.with([&](model::Service& service) {
    service.on_request([pid = host.pid(), done = false](uint64_t, const model::Request& request) mutable {
      if (done || model::header(request.headers, "x-amz-target") != "Kinesis_20131202.PutRecords") return;
      done = true;
      kill(pid, SIGTERM);
    });
  });
  EXPECT_EQ(host.wait(60), 0) << read_file(output);
  const size_t first_run = deployment.delivered().size();
  EXPECT_GT(first_run, 0u);

  deployment.server.with([&](model::Service& service) { service.on_request(nullptr); });
  HostProcess again({"run", "-c", conf, "--exit-when-idle", "1"}, output);
  EXPECT_EQ(again.wait(60), 0) << read_file(output);
  int copies = 0;
  const std::map<std::string, int> delivered = deployment.delivered();
  for (const auto& [id, times] : delivered) copies += times - 1;
  EXPECT_EQ(delivered.size(), deployment.expected.size());
  EXPECT_EQ(copies, 0) << "after an orderly end nothing is read again";
}

TEST(e2e, debug_lines_have_each_call_and_neither_data_nor_secrets) {
  Deployment deployment(1, 2);
  deployment.fill(400);
  deployment.server.with(
      [](model::Service& service) { service.faults().next_calls("PutRecords", model::throttle(), 1); });
  const std::string conf =
      write_conf(deployment, "agent.conf", {}, "[SERVICE]\n    Log_Level debug\n    Log_Format json\n");
  const std::string output = deployment.folder.path("host.log");
  HostProcess host({"run", "-c", conf, "--exit-when-idle", "1"}, output);
  EXPECT_EQ(host.wait(60), 0) << read_file(output);
  const std::string log = read_file(output);
  const std::string measures = "; [0-9]+ ms, sent [0-9]+ bytes, received [0-9]+ bytes\"}\n";
  const std::string reads =
      R"("level":"debug","stage":"input:penstock_kinesis:0","message":"GetRecords: HTTP 200)";
  const std::string writes = R"("level":"debug","stage":"output:penstock_kinesis:0","message":"PutRecords: HTTP )";
  EXPECT_TRUE(std::regex_search(log, std::regex(reads + measures))) << log;
  EXPECT_TRUE(
      std::regex_search(log, std::regex(writes + "400 ProvisionedThroughputExceededException" + measures)));
  EXPECT_TRUE(std::regex_search(log, std::regex(writes + "200" + measures)));
  EXPECT_EQ(log.find(std::getenv("AWS_SECRET_ACCESS_KEY")), std::string::npos);
  EXPECT_EQ(log.find("Signature"), std::string::npos);
  EXPECT_EQ(log.find(*deployment.expected.begin()), std::string::npos) << "the ID of an event";
}

// The new instances lock the checkpoint and the dead-letter files that the old ones had.
TEST(e2e, reloads_under_load_deliver_every_event_once) {
  Deployment deployment(2, 40);
  const std::string conf = write_conf(deployment, "agent.conf"), output = deployment.folder.path("host.log");
  HostProcess host({"run", "-c", conf, "--exit-when-idle", "1"}, output);
  const std::string reloaded = "the new configuration of " + conf + " starts";
  for (size_t reloads = 1; reloads <= 3; ++reloads) {
    deployment.fill(2000);
    const uint64_t put = deployment.stats().records_put;
    ASSERT_TRUE(host.until([&] { return deployment.stats().records_put > put; }, 60)) << read_file(output);
    host.signal(SIGHUP);
    const auto count = [&] {
      const std::string log = read_file(output);
      size_t found = 0;
      for (size_t at = 0; (at = log.find(reloaded, at)) != std::string::npos; ++at) ++found;
      return found;
    };
    ASSERT_TRUE(host.until([&] { return count() == reloads; }, 60)) << read_file(output);
  }
  EXPECT_EQ(host.wait(60), 0) << read_file(output);
  const std::map<std::string, int> delivered = deployment.delivered();
  EXPECT_EQ(expected_in(deployment, delivered), deployment.expected.size());
  for (const auto& [id, times] : delivered) EXPECT_EQ(times, 1) << id;
}

// conf/queue-to-kinesis.conf, in processes that share the queue of a deployment.
class QueueHost {
 public:
  QueueHost(Deployment& deployment, std::string queue_arn, const std::string& conf)
      : deployment_(deployment), queue_arn_(std::move(queue_arn)), conf_(conf) {}

  HostProcess start(const std::string& name, const std::vector<std::string>& more_arguments = {}) {
    std::vector<std::string> arguments = {"run", "-c", conf_};
    arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
    const std::string state = deployment_.folder.path(name);
    std::filesystem::create_directory(state);
    return {arguments,
            state + "/host.log",
            {"QUEUE_ARN=" + queue_arn_, "OUTPUT_STREAM=out", "AWS_REGION=us-east-1", "STATE_DIRECTORY=" + state,
             "AWS_ENDPOINT_URL_KINESIS=" + deployment_.server.url()}};
  }
  std::string log(const std::string& name) const { return read_file(deployment_.folder.path(name) + "/host.log"); }
  model::QueueCounts counts() {
    model::QueueCounts counts;
    deployment_.server.with([&](model::Service& service) { counts = service.queue_counts(queue_arn_); });
    return counts;
  }

 private:
  Deployment& deployment_;
  const std::string queue_arn_;
  const std::string conf_;
};

std::string make_queue(Deployment& deployment) {
  std::string arn;
  deployment.server.with([&](model::Service& service) { arn = service.create_queue("q", "in"); });
  return arn;
}

TEST(e2e, hosts_with_the_conf_for_a_queue_share_it_and_deliver_every_event_once) {
  Deployment deployment(2, 40);
  deployment.fill(5000);
  QueueHost hosts(deployment, make_queue(deployment), PENSTOCK_QUEUE_CONF);
  HostProcess one = hosts.start("one", {"--exit-when-idle", "1"});
  HostProcess other = hosts.start("other", {"--exit-when-idle", "1"});
  EXPECT_EQ(one.wait(90), 0) << hosts.log("one");
  EXPECT_EQ(other.wait(90), 0) << hosts.log("other");
  const std::map<std::string, int> delivered = deployment.delivered();
  EXPECT_EQ(expected_in(deployment, delivered), deployment.expected.size());
  for (const auto& [id, times] : delivered) EXPECT_EQ(times, 1) << id;
  EXPECT_EQ(hosts.counts().visible + hosts.counts().in_flight, 0u);
}

TEST(e2e, at_sigterm_a_host_leaves_the_undelivered_records_of_a_queue_to_the_next_at_once) {
  Deployment deployment(2, 40);
  deployment.fill(5000);
  const std::string conf = deployment.folder.path("queue.conf");
  write_file(conf, std::regex_replace(read_file(PENSTOCK_QUEUE_CONF), std::regex("Grace +10"), "Grace 1"));
  QueueHost hosts(deployment, make_queue(deployment), conf);
  deployment.server.with(
      [](model::Service& service) { service.faults().next_calls("PutRecords", model::throttle(), 1000); });
  HostProcess first = hosts.start("first");
  EXPECT_TRUE(first.until([&] { return hosts.counts().in_flight > 0; }, 60)) << hosts.log("first");
  first.signal(SIGTERM);
  EXPECT_EQ(first.wait(60), 0) << hosts.log("first");
  EXPECT_EQ(hosts.counts().visible, 25u) << "5,000 events in messages of 200";
  EXPECT_EQ(hosts.counts().in_flight, 0u) << hosts.log("first");

  deployment.server.with([](model::Service& service) { service.faults().forget(); });
  // Not until it is idle: on a busy machine, the last call of the first host may still hide records for a while.
  HostProcess next = hosts.start("next");
  EXPECT_TRUE(next.until(
      [&] { return expected_in(deployment, deployment.delivered()) == deployment.expected.size(); }, 90))
      << hosts.log("next");
  next.signal(SIGTERM);
  EXPECT_EQ(next.wait(60), 0) << hosts.log("next");
}

// Prints the seed; PENSTOCK_TEST_SEED repeats a run.
TEST(e2e, a_host_killed_ten_times_at_any_request_loses_nothing) {
  const char* given = std::getenv("PENSTOCK_TEST_SEED");
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::printf("PENSTOCK_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  Deployment deployment(2, 40);
  const std::string conf = write_conf(deployment, "agent.conf", {{"checkpoint_interval", "50ms"}});
  const std::string output = deployment.folder.path("host.log");
  int with_records_in_flight = 0;
  for (int round = 0; round < 10; ++round) {
    deployment.fill(4000);
    // Every other round counts only PutRecords calls (8 for 4,000 records), so that records are in flight.
    const bool puts_only = round % 2 == 0;
    const uint64_t at = 1 + random() % (puts_only ? 6 : 30);
    HostProcess host({"run", "-c", conf}, output);
    deployment.server.with([&](model::Service& service) {
      service.on_request([&, pid = host.pid(), puts_only, at, counted = uint64_t{0}](
                             uint64_t, const model::Request& request) mutable {
        const bool put = model::header(request.headers, "x-amz-target") == "Kinesis_20131202.PutRecords";
        if ((puts_only && !put) || ++counted != at) return;
        with_records_in_flight += put ? 1 : 0;
        std::printf("round %d: killed at %s number %llu\n", round,
                    puts_only ? "PutRecords" : (put ? "request (a PutRecords)" : "request"),
                    static_cast<unsigned long long>(at));
        kill(pid, SIGKILL);
      });
    });
    EXPECT_EQ(host.wait(60), 128 + SIGKILL) << read_file(output);
    deployment.server.with([](model::Service& service) { service.on_request(nullptr); });
  }
  EXPECT_GE(with_records_in_flight, 5);
  HostProcess last({"run", "-c", conf, "--exit-when-idle", "1"}, output);
  EXPECT_EQ(last.wait(60), 0) << read_file(output);
  EXPECT_EQ(expected_in(deployment, deployment.delivered()), deployment.expected.size());
}

}  // namespace
}  // namespace penstock::e2e
