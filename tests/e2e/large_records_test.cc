// Records of up to 10 MiB, on streams whose limit was raised: through the host, transform, and dead letters.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/e2e/child_process.h"
#include "tests/gzip.h"
#include "tests/model_kinesis/codec.h"

namespace penstock::e2e {
namespace {

constexpr size_t kMiB = 1 << 20;
constexpr size_t kLargest = 10 * kMiB;
constexpr char kStreamName[] = "s";  // the log stream, and so the partition key in the output

class large_records : public testing::Test {
 protected:
  large_records() {
    deployment.server.with([](model::Service& service) {
      service.stream("in")->set_max_record_bytes(kLargest);
      service.stream("out")->set_max_record_bytes(kLargest);
    });
  }

  // A subscription message with log events whose texts have these sizes. Their ids are 0, 1, ...
  static std::string message_of(const std::vector<size_t>& sizes, const std::string& log_group = "g") {
    std::vector<Event> events;
    for (size_t i = 0; i < sizes.size(); ++i) events.push_back({std::to_string(i), std::string(sizes[i], 'x')});
    return message(log_group, kStreamName, events);
  }
  // Returns the output of penstock transform for that message: one line for each event, and a summary.
  std::string transformed(const std::string& data, int expected_code = 0) {
    const std::string file = deployment.folder.path("message"), output = deployment.folder.path("transformed");
    write_file(file, data);
    const std::string conf = deployment.folder.path("transform.conf");
    write_file(conf, "[FILTER]\n    Name cloudwatch_logs\n    Match *\n" + decoding +
                         "[FILTER]\n    Name lambda_logs\n    Match *\n");
    HostProcess host({"transform", "-c", conf, file}, output);
    EXPECT_EQ(host.wait(120), expected_code) << read_file(output).substr(0, 1000);
    return read_file(output);
  }
  // Runs the host until everything that was put is settled. Returns its log.
  std::string run() {
    const std::string log = deployment.folder.path("host.log");
    const std::string conf =
        write_conf(deployment, "agent.conf", input_options,
                   "    max_request_bytes 10M\n    max_record_bytes " + max_record_bytes + "\n");
    HostProcess host({"run", "-c", conf, "--exit-when-idle", "2"}, log);
    EXPECT_EQ(host.wait(200), 0) << read_file(log);
    return read_file(log);
  }
  // Returns the sizes of the records in the output stream, with their partition keys.
  std::vector<size_t> delivered_sizes() {
    std::vector<size_t> sizes;
    deployment.server.with([&](model::Service& service) {
      service.each_record("out", [&](const model::Shard&, const model::Record& record) {
        sizes.push_back(record.data.size() + record.partition_key.size());
      });
    });
    std::sort(sizes.begin(), sizes.end());
    return sizes;
  }
  // Returns the data of the only dead letter in the file, and "" with a failure if it has another reason.
  std::string dead_letter(const std::string& file, const std::string& reason) {
    const std::string lines = read_file(deployment.folder.path(file));
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1) << lines.substr(0, 1000);
    EXPECT_NE(lines.find(reason), std::string::npos) << lines.substr(0, 1000);
    const std::string name = R"("data":")";
    const size_t at = lines.find(name);
    if (at == std::string::npos) return "";
    std::string data = lines.substr(at + name.size());
    data.resize(data.find('"'));
    return std::string(model::decode_base64(data).value_or("not base64"));
  }

  Deployment deployment{1, 1};
  OptionList input_options;
  std::string max_record_bytes = "10M", decoding;
};

TEST_F(large_records, a_source_record_of_exactly_ten_mebibytes_arrives) {
  // Two events, so that what the filter adds does not exceed the limit of the output.
  const size_t around = message_of({0, 0}).size() + 1;
  deployment.put("k", message_of({kLargest / 2, kLargest / 2 - around}));
  deployment.server.with([](model::Service& service) {
    const model::Record& record = service.stream("in")->shards()[0].records.front();
    EXPECT_EQ(record.data.size() + record.partition_key.size(), kLargest);
  });
  const std::string log = run();
  EXPECT_EQ(delivered_sizes().size(), 2u) << log;
  EXPECT_EQ(read_file(deployment.folder.path("input-failures.jsonl")), "");
  EXPECT_EQ(read_file(deployment.folder.path("output-failures.jsonl")), "");
}

TEST_F(large_records, a_record_is_sent_up_to_ten_mebibytes_and_is_a_dead_letter_above) {
  // What the filter adds, and the partition key. A stream's records have its region, too.
  const size_t added = transformed(message_of({1000})).find('\n') - 1000 +
                       std::string(R"(,"region":"us-east-1")" + std::string(kStreamName)).size();
  deployment.put("k", gzip(message_of({kLargest - added})));
  deployment.put("k", gzip(message_of({kLargest - added + 1})));
  const std::string log = run();
  EXPECT_EQ(delivered_sizes(), std::vector<size_t>{kLargest}) << log;
  const std::string data = dead_letter("output-failures.jsonl",
                                       "larger than max_record_bytes (limit 10485760 bytes, "
                                       "size 10485761 bytes)");
  EXPECT_EQ(data.size(), kLargest) << "the whole record, without its partition key of one byte";
}

TEST_F(large_records, the_limit_of_the_stream_applies_with_max_record_bytes_auto) {
  max_record_bytes = "auto";
  deployment.server.with([](model::Service& service) { service.stream("out")->set_max_record_bytes(2 * kMiB); });
  deployment.put("k", gzip(message_of({kMiB, 2 * kMiB})));
  run();
  EXPECT_EQ(delivered_sizes().size(), 1u);
  EXPECT_GT(dead_letter("output-failures.jsonl", "larger than max_record_bytes (limit 2097152 bytes").size(),
            2 * kMiB);
}

TEST_F(large_records, a_record_inflates_up_to_a_raised_inflate_limit) {
  constexpr size_t kLimit = 32 * kMiB;
  input_options = {{"inflate_limit", "32M"}};
  decoding = "    inflate_limit 32M\n";
  const auto inflated = [](size_t bytes) {
    std::vector<size_t> sizes(32, kMiB - 100);
    sizes.push_back(0);
    sizes.back() = bytes - message_of(sizes).size();
    return message_of(sizes);
  };
  ASSERT_EQ(inflated(kLimit).size(), kLimit);
  const std::string fits = gzip(inflated(kLimit), 1), too_large = gzip(inflated(kLimit + 1), 1);
  const std::string lines = transformed(fits);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 33 + 1) << "and a summary";
  EXPECT_NE(transformed(too_large, 1).find("inflate_limit"), std::string::npos);
}

}  // namespace
}  // namespace penstock::e2e
