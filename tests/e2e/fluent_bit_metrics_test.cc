// Our counters among the metrics of a real Fluent Bit: in its HTTP server, and in what its input fluentbit_metrics
// reads. Skipped unless FLUENT_BIT, the path of its program, is set.
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/e2e/fluent_bit.h"
#include "tests/gzip.h"

namespace penstock::e2e {
namespace {

// By name and labels, as in "penstock_input_shards{name=\"penstock_kinesis.0\"}".
using Samples = std::map<std::string, double>;

// Returns a port on which nothing listened a moment ago. The agent rejects port 0.
int free_port() {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(descriptor);
  return ntohs(address.sin_port);
}

// Returns the samples of our metrics; none while the server does not respond.
Samples scrape(int port) {
  httplib::Client client("127.0.0.1", port);
  client.set_read_timeout(5);
  const httplib::Result page = client.Get("/api/v2/metrics/prometheus");
  Samples samples;
  if (!page) return samples;
  std::istringstream lines(page->body);
  for (std::string line; std::getline(lines, line);) {
    const size_t space = line.rfind(' ');
    if (line.starts_with("penstock_") && space != std::string::npos)
      samples[line.substr(0, space)] = std::stod(line.substr(space));
  }
  return samples;
}

std::string print(const Samples& samples) {
  std::ostringstream text;
  for (const auto& [name, value] : samples) text << name << ' ' << value << '\n';
  return text.str();
}

// Scrapes without a pause, from a thread of its own.
class Scraper {
 public:
  explicit Scraper(int port) : thread_([this, port] { run(port); }) {}
  ~Scraper() {
    stop_ = true;
    thread_.join();
  }
  int scrapes() const { return scrapes_; }

 private:
  void run(int port) {
    while (!stop_)
      if (!scrape(port).empty()) ++scrapes_;
  }

  std::atomic<bool> stop_ = false;
  std::atomic<int> scrapes_ = 0;
  std::thread thread_;
};

class fluent_bit_agent_metrics : public testing::Test {
 protected:
  void SetUp() override {
    if (fluent_bit().empty()) GTEST_SKIP() << "FLUENT_BIT, the path of its program, is not set";
  }

  // Starts the agent with its HTTP server. Tries other ports if another process takes the one that was free.
  std::unique_ptr<Agent> start(const Deployment& deployment, const AgentConf& conf) {
    std::string log;
    for (int attempt = 0; attempt < 3; ++attempt) {
      port_ = free_port();
      AgentConf served = conf;
      served.service.emplace_back("HTTP_Server", "On");
      served.service.emplace_back("HTTP_Listen", "127.0.0.1");
      served.service.emplace_back("HTTP_Port", std::to_string(port_));
      auto agent = std::make_unique<Agent>(deployment, served.write());
      if (agent->until([&] { return !samples().empty(); }, 30)) return agent;
      log += read_file(agent->log_file());
    }
    ADD_FAILURE() << log;
    throw std::runtime_error("the agent did not start");
  }

  Samples samples() const { return scrape(port_); }

  // Waits until the server shows these values.
  ::testing::AssertionResult shows(Agent& agent, const Samples& expected, int seconds = 60) const {
    Samples seen;
    const auto all_seen = [&] {
      seen = samples();
      for (const auto& [name, value] : expected)
        if (!seen.contains(name) || seen[name] != value) return false;
      return true;
    };
    if (agent.until(all_seen, seconds)) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "expected:\n"
                                         << print(expected) << "seen:\n"
                                         << print(seen) << read_file(agent.log_file());
  }

  int port_ = 0;
};

void set(OptionList& options, const std::string& key, const std::string& value) {
  for (auto& [name, old] : options)
    if (name == key) old = value;
}

// Two pipelines: in -> out, without workers, and in2 -> out2 with workers, aliases, and another thread for the
// input.
TEST_F(fluent_bit_agent_metrics, the_server_and_fluentbit_metrics_show_the_counters_of_each_section) {
  Deployment deployment(2, 20);
  deployment.fill(4000);
  deployment.server.with([](model::Service& service) {
    service.create_stream("in2", 1);
    service.create_stream("out2", 4);
    service.preload("in2", "k", gzip(message("/aws/lambda/other", "s", {{"other-1", "one"}, {"other-2", "two"}})));
    service.faults().set_rates({.reject_records = 0.2});
  });
  AgentConf conf(deployment);
  conf.add_input({{"threaded", "off"}});
  OptionList& input = conf.add_input({{"Alias", "second_in"}, {"checkpoint_after", "delivery"}});
  set(input, "Tag", "other");
  set(input, "stream", "in2");
  set(input, "checkpoint", "file:" + deployment.folder.path("checkpoint2"));
  set(input, "on_failure", "file:" + deployment.folder.path("input-failures2.jsonl"));
  conf.sections.push_back({"INPUT", {{"Name", "fluentbit_metrics"}, {"Tag", "own"}, {"scrape_interval", "1"}}});
  set(conf.add_output(), "Match", "logs");
  OptionList& output = conf.add_output({{"Alias", "second_out"}, {"workers", "2"}});
  set(output, "Match", "other");
  set(output, "stream", "out2");
  set(output, "on_failure", "file:" + deployment.folder.path("output-failures2.jsonl"));
  conf.sections.push_back({"OUTPUT", {{"Name", "stdout"}, {"Match", "own"}}});

  const auto agent = start(deployment, conf);
  EXPECT_TRUE(shows(*agent, {
                                {R"(penstock_input_received_records_total{name="penstock_kinesis.0"})", 20},
                                {R"(penstock_input_emitted_events_total{name="penstock_kinesis.0"})", 4000},
                                {R"(penstock_input_unacked_batches{name="penstock_kinesis.0"})", 0},
                                {R"(penstock_input_shards{name="penstock_kinesis.0"})", 2},
                                {R"(penstock_input_healthy{name="penstock_kinesis.0"})", 1},
                                {R"(penstock_filter_received_records_total{name="penstock_kinesis.0"})", 4000},
                                {R"(penstock_input_emitted_events_total{name="second_in"})", 2},
                                {R"(penstock_input_unacked_batches{name="second_in"})", 0},
                                {R"(penstock_input_shards{name="second_in"})", 1},
                                {R"(penstock_filter_received_records_total{name="second_in"})", 2},
                                {R"(penstock_output_delivered_records_total{name="penstock_kinesis.0"})", 4000},
                                {R"(penstock_output_queued_records{name="penstock_kinesis.0"})", 0},
                                {R"(penstock_output_healthy{name="penstock_kinesis.0"})", 1},
                                {R"(penstock_output_delivered_records_total{name="second_out"})", 2},
                            }));
  Samples seen = samples();
  EXPECT_EQ(seen[R"(penstock_output_rejected_records_total{name="penstock_kinesis.0"})"] +
                seen[R"(penstock_output_rejected_records_total{name="second_out"})"],
            static_cast<double>(deployment.stats().records_rejected_by_faults));
  for (const char* line : {R"(penstock_input_emitted_events_total{name="penstock_kinesis.0"} = 4000)",
                           R"(penstock_filter_received_records_total{name="second_in"} = 2)",
                           R"(penstock_output_delivered_records_total{name="penstock_kinesis.0"} = 4000)",
                           R"(penstock_output_delivered_records_total{name="second_out"} = 2)"})
    EXPECT_TRUE(agent->says(line, 30)) << line << '\n' << read_file(agent->log_file());
}

// The outputs of agents that are reloaded have no workers: see docs/fluent-bit.md.

TEST_F(fluent_bit_agent_metrics, the_counters_begin_at_0_again_after_a_hot_reload) {
  Deployment deployment(2, 20);
  deployment.fill(2000);
  AgentConf conf(deployment);
  conf.service.emplace_back("Hot_Reload", "On");
  conf.add_input({{"threaded", "off"}, {"storage.type", "filesystem"}});
  conf.add_output();
  const auto agent = start(deployment, conf);
  const std::string read = R"(penstock_input_emitted_events_total{name="penstock_kinesis.0"})";
  const std::string delivered = R"(penstock_output_delivered_records_total{name="penstock_kinesis.0"})";
  EXPECT_TRUE(shows(*agent, {{read, 2000}, {delivered, 2000}}));
  agent->signal(SIGHUP);
  EXPECT_TRUE(shows(*agent, {{read, 0}, {delivered, 0}}));
  deployment.fill(600);
  EXPECT_TRUE(shows(*agent, {{read, 600}, {delivered, 600}}));
}

TEST_F(fluent_bit_agent_metrics, scrapes_disturb_neither_hot_reloads_nor_the_end_of_the_agent) {
  Deployment deployment(4, 20);
  deployment.fill(4000);
  AgentConf conf(deployment);
  conf.service.emplace_back("Hot_Reload", "On");
  conf.add_input({{"threaded", "off"}, {"storage.type", "filesystem"}});
  conf.add_output();
  const auto agent = start(deployment, conf);
  const auto all_delivered = [&] { return deployment.delivered().size() == deployment.expected.size(); };
  {
    const Scraper one(port_), another(port_);
    for (int round = 0; round < 3; ++round) {
      agent->signal(SIGHUP);
      deployment.fill(4000);
      const int before = one.scrapes();
      EXPECT_TRUE(agent->until([&] { return all_delivered() && one.scrapes() > before + 10; }, 120))
          << one.scrapes() << " scrapes\n"
          << read_file(agent->log_file());
    }
    agent->signal(SIGTERM);
    EXPECT_EQ(agent->wait(30), 0) << read_file(agent->log_file());
  }
}

}  // namespace
}  // namespace penstock::e2e
