// The whole pipeline in a real Fluent Bit. Skipped unless FLUENT_BIT, the path of its program, is set.
#include "tests/e2e/fluent_bit.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <utility>

#include "tests/gzip.h"

namespace penstock::e2e {
namespace {

class fluent_bit_agent : public testing::Test {
 protected:
  void SetUp() override {
    if (fluent_bit().empty()) GTEST_SKIP() << "FLUENT_BIT, the path of its program, is not set";
  }

  // Returns FLUENT_BIT_EVENTS, for long runs.
  static size_t events() {
    const char* const given = std::getenv("FLUENT_BIT_EVENTS");
    return given != nullptr ? std::strtoul(given, nullptr, 10) : 20'000;
  }

  // Returns the version that the agent prints: "Fluent Bit v5.1.1".
  static std::array<int, 3> version() {
    const TemporaryFolder folder;
    ChildProcess process(fluent_bit(), {"--version"}, folder.path("version"));
    EXPECT_EQ(process.wait(20), 0);
    const std::string printed = read_file(folder.path("version"));
    std::array<int, 3> numbers = {};
    const char* const at = std::strstr(printed.c_str(), " v");
    EXPECT_TRUE(at != nullptr && std::sscanf(at, " v%d.%d.%d", &numbers[0], &numbers[1], &numbers[2]) == 3)
        << printed;
    return numbers;
  }

  static size_t missing(Deployment& deployment) {
    const auto delivered = deployment.delivered();
    size_t count = 0;
    for (const std::string& id : deployment.expected) count += delivered.contains(id) ? 0 : 1;
    return count;
  }

  static bool all_delivered(Deployment& deployment, Agent& agent, int seconds) {
    return agent.until([&] { return missing(deployment) == 0; }, seconds, 500);
  }

  // Kills the agent when the output stream has received that many more records.
  static void kill_after(Deployment& deployment, Agent& agent, uint64_t records) {
    const uint64_t until = deployment.stats().records_put + records;
    EXPECT_TRUE(agent.until([&] { return deployment.stats().records_put >= until; }, 120))
        << read_file(agent.log_file());
    agent.signal(SIGKILL);
    EXPECT_EQ(agent.wait(10), 128 + SIGKILL);
  }

  // The service rejects 20% of the records, and the agent is killed three times.
  static void pipeline_with_rejections_and_kills(const OptionList& more_for_input) {
    Deployment deployment(4, 60);
    deployment.fill(events());
    deployment.server.with([](model::Service& service) { service.faults().set_rates({.reject_records = 0.2}); });
    AgentConf conf(deployment);
    conf.add_input(more_for_input);
    // A flush lasts until the last of its records is accepted, so a large number of them run at once.
    conf.add_output({{"workers", "16"}, {"mem_limit", "96M"}});
    const std::string path = conf.write();
    for (int round = 0; round < 3; ++round) {
      Agent agent(deployment, path);
      kill_after(deployment, agent, events() / 5);
    }
    Agent agent(deployment, path);
    EXPECT_TRUE(all_delivered(deployment, agent, 300)) << missing(deployment) << " missing\n"
                                                       << read_file(agent.log_file());
    int copies = 0;
    for (const auto& [id, times] : deployment.delivered()) copies += times - 1;
    std::printf("%zu events, %d copies\n", deployment.expected.size(), copies);
    EXPECT_EQ(read_file(deployment.folder.path("input-failures.jsonl")), "");
    EXPECT_EQ(read_file(deployment.folder.path("output-failures.jsonl")), "");
    agent.signal(SIGTERM);
    EXPECT_EQ(agent.wait(30), 0) << read_file(agent.log_file());
  }
};

TEST_F(fluent_bit_agent, with_checkpoint_after_append_rejections_and_kills_lose_nothing) {
  pipeline_with_rejections_and_kills({{"threaded", "off"}, {"storage.type", "filesystem"}});
}

TEST_F(fluent_bit_agent, with_checkpoint_after_delivery_rejections_and_kills_lose_nothing) {
  pipeline_with_rejections_and_kills({{"checkpoint_after", "delivery"}});
}

TEST_F(fluent_bit_agent, after_an_orderly_end_the_agent_reads_nothing_again) {
  Deployment deployment(2, 20);
  deployment.fill(events());
  AgentConf conf(deployment);
  conf.add_input({{"threaded", "off"}, {"storage.type", "filesystem"}});
  conf.add_output();
  const std::string path = conf.write();
  for (int round = 0; round < 2; ++round) {
    Agent agent(deployment, path);
    EXPECT_TRUE(all_delivered(deployment, agent, 60)) << read_file(agent.log_file());
    agent.signal(SIGTERM);
    EXPECT_EQ(agent.wait(30), 0) << read_file(agent.log_file());
    if (round == 0) deployment.fill(2000);
  }
  int copies = 0;
  for (const auto& [id, times] : deployment.delivered()) copies += times - 1;
  EXPECT_EQ(copies, 0);
}

TEST_F(fluent_bit_agent, the_records_of_a_queue_are_acknowledged_after_append_or_after_delivery) {
  const std::pair<const char*, OptionList> ways[] = {
      {"append", {{"threaded", "off"}, {"storage.type", "filesystem"}}},
      {"delivery", {{"checkpoint_after", "delivery"}}},
  };
  for (const auto& [name, options] : ways) {
    Deployment deployment(2, 20);
    deployment.fill(events());
    std::string arn;
    deployment.server.with([&](model::Service& service) { arn = service.create_queue("q", "in"); });
    AgentConf conf(deployment);
    OptionList input = {{"Name", "penstock_kinesis"},
                        {"Tag", "logs"},
                        {"queue_arn", arn},
                        {"endpoint", deployment.server.url()},
                        {"on_failure", "file:" + deployment.folder.path("input-failures.jsonl")}};
    input.insert(input.end(), options.begin(), options.end());
    conf.sections.emplace_back("INPUT", std::move(input));
    conf.add_output();
    Agent agent(deployment, conf.write());
    EXPECT_TRUE(all_delivered(deployment, agent, 120)) << name << '\n' << read_file(agent.log_file());
    const auto all_acknowledged = [&] {
      model::QueueCounts counts;
      deployment.server.with([&](model::Service& service) { counts = service.queue_counts(arn); });
      return counts.visible + counts.in_flight == 0;
    };
    EXPECT_TRUE(agent.until(all_acknowledged, 30)) << name << '\n' << read_file(agent.log_file());
    agent.signal(SIGTERM);
    EXPECT_EQ(agent.wait(30), 0) << name << '\n' << read_file(agent.log_file());
    int copies = 0;
    for (const auto& [id, times] : deployment.delivered()) copies += times - 1;
    EXPECT_EQ(copies, 0) << name;
  }
}

TEST_F(fluent_bit_agent, a_threaded_input_with_checkpoint_after_append_does_not_start_and_says_what_to_write) {
  Deployment deployment(1, 1);
  AgentConf conf(deployment);
  conf.add_input();
  conf.add_output();
  Agent agent(deployment, conf.write());
  EXPECT_TRUE(agent.says("threaded off", 20)) << read_file(agent.log_file());
}

TEST_F(fluent_bit_agent, since_5_1_1_the_agent_rejects_an_unknown_key) {
  if (version() < std::array{5, 1, 1}) GTEST_SKIP() << "the agent is older than 5.1.1";
  Deployment deployment(1, 1);
  AgentConf conf(deployment);
  conf.add_input({{"threaded", "off"}});
  conf.add_output({{"Agregate", "kpl"}});
  Agent agent(deployment, conf.write());
  EXPECT_TRUE(agent.says("unknown configuration property 'agregate'", 20)) << read_file(agent.log_file());
  EXPECT_NE(agent.wait(20), 0);
}

TEST_F(fluent_bit_agent, the_output_works_without_workers_and_with_four) {
  for (const char* workers : {"0", "4"}) {
    Deployment deployment(2, 20);
    deployment.fill(events());
    deployment.server.with([](model::Service& service) { service.faults().set_rates({.reject_records = 0.2}); });
    AgentConf conf(deployment);
    conf.add_input({{"threaded", "off"}});
    conf.add_output({{"workers", workers}});
    Agent agent(deployment, conf.write());
    EXPECT_TRUE(all_delivered(deployment, agent, 60)) << "workers " << workers << '\n'
                                                      << read_file(agent.log_file());
  }
}

// A mem_buf_limit that is repeatedly exceeded makes the agent pause the input and reject appends.
TEST_F(fluent_bit_agent, an_input_that_is_paused_repeatedly_loses_nothing) {
  Deployment deployment(2, 20);
  deployment.fill(events());
  AgentConf conf(deployment);
  conf.add_input({{"threaded", "off"}, {"mem_buf_limit", "2M"}});
  conf.add_output();
  Agent agent(deployment, conf.write());
  EXPECT_TRUE(all_delivered(deployment, agent, 120)) << read_file(agent.log_file());
  EXPECT_NE(read_file(agent.log_file()).find("paused"), std::string::npos) << "it was never paused";
}

TEST_F(fluent_bit_agent, a_hot_reload_under_load_loses_nothing) {
  Deployment deployment(2, 20);
  deployment.fill(events());
  AgentConf conf(deployment);
  conf.service.emplace_back("Hot_Reload", "On");
  conf.add_input({{"threaded", "off"}, {"storage.type", "filesystem"}});
  conf.add_output();
  Agent agent(deployment, conf.write());
  EXPECT_TRUE(agent.until([&] { return deployment.stats().records_put > events() / 4; }, 60));
  agent.signal(SIGHUP);
  deployment.fill(events());
  EXPECT_TRUE(all_delivered(deployment, agent, 120)) << missing(deployment) << " missing\n"
                                                     << read_file(agent.log_file());
}

// The events that were lost are printed. The test is that the warning appears beforehand.
TEST_F(fluent_bit_agent, with_checkpoint_after_handover_possible_losses_are_logged) {
  Deployment deployment(4, 60);
  deployment.fill(events());
  deployment.server.with([](model::Service& service) { service.faults().set_rates({.reject_records = 0.2}); });
  AgentConf conf(deployment);
  conf.add_input({{"checkpoint_after", "handover"}, {"mem_buf_limit", "5M"}});
  conf.add_output();
  const std::string path = conf.write();
  {
    Agent agent(deployment, path);
    EXPECT_TRUE(agent.until([&] { return deployment.stats().records_put >= events() / 20; }, 120));
    agent.signal(SIGTERM);
    EXPECT_EQ(agent.wait(60), 0) << read_file(agent.log_file());
    EXPECT_NE(read_file(agent.log_file()).find("handover"), std::string::npos) << read_file(agent.log_file());
  }
  deployment.server.with([](model::Service& service) { service.faults().set_rates({}); });
  Agent agent(deployment, path);
  size_t before = SIZE_MAX;
  // Until nothing more arrives.
  agent.until([&] { return missing(deployment) == std::exchange(before, missing(deployment)); }, 60, 3000);
  std::printf("%zu events, stopped in order once: %zu lost\n", deployment.expected.size(), missing(deployment));
}

TEST_F(fluent_bit_agent, two_inputs_and_two_outputs_deliver_each_to_its_own) {
  Deployment deployment(2, 20);
  deployment.fill(4000);
  deployment.server.with([](model::Service& service) {
    service.create_stream("in2", 1);
    service.create_stream("out2", 4);
    service.preload("in2", "k", gzip(message("/aws/lambda/other", "s", {{"other-1", "one"}, {"other-2", "two"}})));
  });
  AgentConf conf(deployment);
  conf.add_input({{"threaded", "off"}});
  OptionList& second = conf.add_input({{"threaded", "off"}});
  for (auto& [key, value] : second) {
    if (key == "Tag") value = "other";
    if (key == "stream") value = "in2";
    if (key == "checkpoint") value += "2";
    if (key == "on_failure") value += "2";
  }
  for (auto& [key, value] : conf.add_output())
    if (key == "Match") value = "logs";
  OptionList& other = conf.add_output({{"workers", "2"}});
  for (auto& [key, value] : other) {
    if (key == "Match") value = "other";
    if (key == "stream") value = "out2";
    if (key == "on_failure") value += "2";
  }
  Agent agent(deployment, conf.write());
  EXPECT_TRUE(all_delivered(deployment, agent, 60)) << read_file(agent.log_file());
  const auto in_second = [&] {
    std::set<std::string> ids;
    deployment.server.with([&](model::Service& service) {
      service.each_record(
          "out2", [&](const model::Shard&, const model::Record& record) { ids.insert(event_id_of(record.data)); });
    });
    return ids;
  };
  EXPECT_TRUE(agent.until([&] { return in_second() == std::set<std::string>{"other-1", "other-2"}; }, 30));
  EXPECT_EQ(deployment.delivered().size(), deployment.expected.size()) << "a record of the second is in the first";
}

TEST_F(fluent_bit_agent, lines_read_by_tail_are_parsed_and_delivered) {
  for (const char* name : {"tail-to-kinesis.conf", "tail-to-kinesis.yaml"}) {
    Deployment deployment(1, 4);
    const std::string lines = deployment.folder.path("function.log");
    write_file(lines,
               "START RequestId: 8f5fbb4b Version: $LATEST\n[INFO]\t2026-11-21T10:00:00.123Z\t8f5fbb4b\tpaid\n");
    Agent agent(deployment, adapted_conf(deployment, name),
                {"LOG_FILES=" + lines, "OUTPUT_STREAM=out", "AWS_REGION=us-east-1",
                 "STATE_DIRECTORY=" + deployment.folder.path("")});
    std::string records;
    EXPECT_TRUE(agent.until(
        [&] {
          records.clear();
          deployment.server.with([&](model::Service& service) {
            service.each_record(
                "out", [&](const model::Shard&, const model::Record& record) { records += record.data + "\n"; });
          });
          return std::count(records.begin(), records.end(), '\n') == 2;
        },
        30))
        << name << '\n'
        << read_file(agent.log_file());
    EXPECT_NE(records.find(R"("event":"start")"), std::string::npos) << records;
    EXPECT_NE(records.find(R"("message":"paid")"), std::string::npos) << records;
  }
}

TEST_F(fluent_bit_agent, kinesis_to_stdout_prints_every_event) {
  for (const char* name : {"kinesis-to-stdout.conf", "kinesis-to-stdout.yaml"}) {
    Deployment deployment(1, 1);
    Agent agent(deployment, adapted_conf(deployment, name), {"INPUT_STREAM=in", "AWS_REGION=us-east-1"});
    EXPECT_TRUE(agent.until([&] { return deployment.stats().calls["GetRecords"] > 0; }, 30))
        << read_file(agent.log_file());
    deployment.put("k", gzip(message("/aws/lambda/f", "s", {{"id-1", "hello there"}})));
    EXPECT_TRUE(agent.says(R"("message":"hello there")", 30)) << name << '\n' << read_file(agent.log_file());
  }
}

// FireLens generates the inputs, and includes the conf at the end.
TEST_F(fluent_bit_agent, the_conf_of_firelens_sends_the_logs_of_containers) {
  Deployment deployment(1, 1);
  const std::string lines = deployment.folder.path("app.log");
  write_file(lines, "a line of a container\n");
  const std::string generated = deployment.folder.path("generated.conf");
  write_file(generated, "[INPUT]\n    Name tail\n    Tag app-firelens\n    Read_from_Head On\n    Path " + lines +
                            "\n@INCLUDE " + adapted_conf(deployment, "firelens.conf") + "\n");
  Agent agent(deployment, generated,
              {"OUTPUT_STREAM=out", "AWS_REGION=us-east-1", "STATE_DIRECTORY=" + deployment.folder.path("")});
  std::string records;
  EXPECT_TRUE(agent.until(
      [&] {
        deployment.server.with([&](model::Service& service) {
          service.each_record("out",
                              [&](const model::Shard&, const model::Record& record) { records = record.data; });
        });
        return !records.empty();
      },
      30))
      << read_file(agent.log_file());
  EXPECT_NE(records.find("a line of a container"), std::string::npos) << records;
}

// Every conf in conf/fluent-bit that reads a stream and writes one.
TEST_F(fluent_bit_agent, the_confs_of_the_package_run) {
  for (const char* name : {"kinesis-to-kinesis.conf", "kinesis-to-kinesis.yaml"}) {
    Deployment deployment(2, 8);
    deployment.fill(2000);
    Agent agent(deployment, adapted_conf(deployment, name),
                {"INPUT_STREAM=in", "OUTPUT_STREAM=out", "AWS_REGION=us-east-1",
                 "STATE_DIRECTORY=" + deployment.folder.path("")});
    EXPECT_TRUE(all_delivered(deployment, agent, 60)) << name << '\n' << read_file(agent.log_file());
  }
}

}  // namespace
}  // namespace penstock::e2e
