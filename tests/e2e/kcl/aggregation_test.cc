// Records that the published Kinesis Producer Library aggregates are read by us, and those that we aggregate are
// read by the Kinesis Client Library. scripts/test-kcl.sh runs this program too.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>

#include "tests/e2e/child_process.h"
#include "tests/e2e/deployment.h"
#include "tests/e2e/kcl/java.h"
#include "tests/e2e/kcl/kcl_fixture.h"

namespace penstock::e2e {
namespace {

constexpr size_t kRecords = 5'000;

// Returns how often each text that the group of the pattern matches is in the file.
std::map<std::string, size_t> times_in(const std::string& file, const std::string& pattern) {
  const std::regex regex(pattern);
  std::map<std::string, size_t> times;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);)
    if (std::smatch match; std::regex_search(line, match, regex)) ++times[match[1]];
  return times;
}

void expect_each_once(const std::map<std::string, size_t>& times) {
  EXPECT_EQ(times.size(), kRecords);
  for (const auto& [record, count] : times) EXPECT_EQ(count, 1U) << record;
}

// Runs the host with this configuration until it has read everything.
void run_host(const Deployment& deployment, const std::string& conf) {
  write_file(deployment.folder.path("agent.conf"), conf);
  HostProcess host({"run", "-c", deployment.folder.path("agent.conf"), "--exit-when-idle", "3s"},
                   deployment.folder.path("host.log"));
  EXPECT_EQ(host.wait(180), 0) << read_file(deployment.folder.path("host.log"));
}

std::string section(const char* kind, const char* name, const OptionList& options) {
  std::string text = std::string("[") + kind + "]\n    Name " + name + "\n";
  for (const auto& [key, value] : options) text += "    " + key + " " + value + "\n";
  return text;
}

TEST(aggregation, every_user_record_of_the_kpl_is_read_once_over_tls) {
  const char* const class_path = std::getenv("PENSTOCK_KPL_CLASS_PATH");
  if (class_path == nullptr) GTEST_SKIP() << "PENSTOCK_KPL_CLASS_PATH is not set: scripts/test-kcl.sh sets it";
  Deployment deployment(4, 1, Deployment::Scheme::https);
  const std::string log = deployment.folder.path("kpl.log");
  const auto writer = start_java(class_path, "KplWriter",
                                 {"in", std::to_string(deployment.server.port()), std::to_string(kRecords)}, log);
  ASSERT_EQ(writer->wait(180), 0) << read_file(log);
  EXPECT_NE(read_file(log).find("accepted " + std::to_string(kRecords)), std::string::npos) << read_file(log);
  const uint64_t records = deployment.stats().records_put;
  std::printf("the KPL wrote %zu user records in %llu records\n", kRecords,
              static_cast<unsigned long long>(records));
  EXPECT_LT(records, kRecords / 10) << "the KPL aggregated nothing";

  OptionList input = deployment.input_options();
  input.insert(input.end(), {{"Tag", "logs"}, {"format", "raw"}, {"initial_position", "trim_horizon"}});
  run_host(deployment,
           section("INPUT", "penstock_kinesis", input) + section("OUTPUT", "stdout", {{"Match", "*"}}));
  expect_each_once(times_in(deployment.folder.path("host.log"), "\"(record [0-9]+)\""));
}

TEST_F(kcl, every_user_record_that_we_aggregate_is_read_once) {
  Deployment deployment(4, 4);
  deployment.fill(kRecords);
  OptionList input = deployment.input_options(), output = deployment.output_options();
  input.insert(input.end(), {{"Tag", "logs"}, {"initial_position", "trim_horizon"}});
  output.insert(output.end(), {{"Match", "*"}, {"aggregate", "kpl"}, {"partition_key", "random"}});
  run_host(deployment, section("INPUT", "penstock_kinesis", input) +
                           section("FILTER", "lambda_logs", {{"Match", "*"}}) +
                           section("OUTPUT", "penstock_kinesis", output));
  std::printf("we wrote %zu user records in %llu records\n", kRecords,
              static_cast<unsigned long long>(deployment.stats().records_put));

  const std::string log = deployment.folder.path("kcl.log");
  const auto reader = start_java(
      class_path, "KclWorker",
      {"application=reader", "worker=kcl", "streams=out", "kinesis=" + deployment.server.url(),
       "dynamodb=" + dynamodb->url, "max_leases=1000", "last=", "mode=CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X"},
      log);
  const std::string line = "^record ([^ ]+ [^ ]+ [^ ]+) ";
  EXPECT_TRUE(reader->until([&] { return times_in(log, line).size() >= kRecords; }, 180, 1'000)) << read_file(log);
  expect_each_once(times_in(log, line));
}

}  // namespace
}  // namespace penstock::e2e
