// penstock replay delivers the dead letters of an earlier run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>

#include "tests/e2e/child_process.h"
#include "tests/kpl_bytes.h"

namespace penstock::e2e {
namespace {

constexpr size_t kEvents = 2000;

size_t lines(const std::string& text) { return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')); }

// Checks that each event arrived once, with the log stream as its partition key.
void expect_all_delivered(Deployment& deployment) {
  const std::map<std::string, int> delivered = deployment.delivered();
  EXPECT_EQ(delivered.size(), deployment.expected.size());
  for (const auto& [id, times] : delivered) EXPECT_EQ(times, 1) << id;
  std::set<std::string> keys;
  deployment.server.with([&](model::Service& service) {
    service.each_record(
        "out", [&](const model::Shard&, const model::Record& record) { keys.insert(record.partition_key); });
  });
  for (const std::string& key : keys) EXPECT_EQ(key.rfind("stream-", 0), 0u) << key;
}

int replay(const Deployment& deployment, const std::string& file, const std::string& log) {
  HostProcess host({"replay", "-c", write_conf(deployment, "good.conf"), file}, log);
  return host.wait(60);
}

TEST(e2e, dead_letters_of_the_input_are_replayed_through_the_filter) {
  Deployment deployment(2, 2);
  deployment.fill(kEvents);
  const std::string output = deployment.folder.path("host.log");
  const std::string failures = deployment.folder.path("input-failures.jsonl");
  HostProcess run(
      {"run", "-c", write_conf(deployment, "bad.conf", {{"inflate_limit", "2K"}}), "--exit-when-idle", "1"},
      output);
  EXPECT_EQ(run.wait(60), 0) << read_file(output);
  EXPECT_TRUE(deployment.delivered().empty());
  EXPECT_EQ(lines(read_file(failures)), kEvents / 200);

  EXPECT_EQ(replay(deployment, failures, output), 0) << read_file(output);
  EXPECT_NE(read_file(output).find("10 of 10 records replayed: 10 delivered"), std::string::npos)
      << read_file(output);
  expect_all_delivered(deployment);
}

TEST(e2e, other_data_is_replayed_as_its_event_with_its_name) {
  Deployment deployment(1, 1);
  deployment.put("k", "a line that no runtime wrote");
  deployment.put("k", kpl_bytes::sealed(kpl_bytes::partition_key("k") + kpl_bytes::user_record(0, "one") +
                                        kpl_bytes::user_record(0, "two")));
  deployment.server.with([&](model::Service& service) {
    service.each_record("in", [&](const model::Shard& shard, const model::Record& record) {
      const std::string position = shard.id() + ":" + std::string(record.sequence_number.text());
      deployment.expected.insert(position + ":0");
      if (record.data.starts_with("\xF3")) deployment.expected.insert(position + ":1");
    });
  });
  const std::string output = deployment.folder.path("host.log");
  HostProcess run(
      {"run", "-c", write_conf(deployment, "bad.conf", {{"max_record_age", "1ms"}}), "--exit-when-idle", "1"},
      output);
  EXPECT_EQ(run.wait(60), 0) << read_file(output);
  EXPECT_TRUE(deployment.delivered().empty());

  EXPECT_EQ(replay(deployment, deployment.folder.path("input-failures.jsonl"), output), 0) << read_file(output);
  std::set<std::string> delivered;
  for (const auto& [id, times] : deployment.delivered()) delivered.insert(id);
  EXPECT_EQ(delivered, deployment.expected);
}

TEST(e2e, dead_letters_of_the_output_are_replayed_with_their_partition_key) {
  Deployment deployment(2, 2);
  deployment.fill(kEvents);
  const std::string output = deployment.folder.path("host.log");
  const std::string failures = deployment.folder.path("output-failures.jsonl");
  HostProcess run(
      {"run", "-c", write_conf(deployment, "bad.conf", {}, "    max_record_bytes 300\n"), "--exit-when-idle", "1"},
      output);
  EXPECT_EQ(run.wait(60), 0) << read_file(output);
  const size_t failed = lines(read_file(failures));
  EXPECT_GT(failed, 0u);
  EXPECT_EQ(deployment.delivered().size() + failed, deployment.expected.size());

  EXPECT_EQ(replay(deployment, failures, output), 1) << "it is the output's own file";
  EXPECT_NE(read_file(output).find("is the file to replay"), std::string::npos) << read_file(output);
  ASSERT_EQ(std::rename(failures.c_str(), (failures + ".replay").c_str()), 0);
  EXPECT_EQ(replay(deployment, failures + ".replay", output), 0) << read_file(output);
  EXPECT_EQ(read_file(failures), "") << "nothing failed again";
  expect_all_delivered(deployment);
}

TEST(e2e, a_replay_while_the_outputs_dead_letter_file_is_in_use_is_rejected) {
  Deployment deployment(1, 1);
  deployment.fill(200);
  const std::string output = deployment.folder.path("host.log");
  const std::string failures = deployment.folder.path("old.jsonl");
  write_file(failures, R"({"stage":"output","partition_key":"stream-1","data":"e30="})"
                       "\n");
  HostProcess running({"run", "-c", write_conf(deployment, "agent.conf")}, deployment.folder.path("running.log"));
  ASSERT_TRUE(running.until([&] { return deployment.delivered().size() == 200; }, 60));
  EXPECT_EQ(replay(deployment, failures, output), 1);
  EXPECT_NE(read_file(output).find("output-failures.jsonl is in use by process"), std::string::npos)
      << read_file(output);
}

}  // namespace
}  // namespace penstock::e2e
