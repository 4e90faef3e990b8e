// The options of an input that reads a queue.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "plugin/settings/input_settings.h"

namespace penstock::plugin {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

const std::string kArn = "arn:aws:kinesis:eu-west-1:123456789012:queue/4f1c";

Result<InputSettings> read(const Given& given) {
  std::vector<penstock_option> list;
  for (const auto& [key, value] : given) list.push_back({bytes(key), bytes(value)});
  return read_input_settings(Options(kInputOptions, list.data(), list.size(), sizeof(penstock_option)));
}

Result<InputSettings> read_queue(Given given = {}, const std::string& arn = kArn) {
  given.insert(given.end(), {{"queue_arn", arn}, {"on_failure", "drop"}});
  return read(given);
}

TEST(queue_settings, a_queue_needs_only_its_arn_and_on_failure) {
  const Result<InputSettings> settings = read_queue();
  ASSERT_TRUE(settings.ok()) << settings.status().text();
  EXPECT_EQ(settings->queue->arn, kArn);
  EXPECT_EQ(settings->queue->id, "4f1c");
  EXPECT_EQ(settings->queue->region, "eu-west-1");
  EXPECT_EQ(settings->queue->account, "123456789012");
  EXPECT_EQ(settings->sources().front().region, "eu-west-1");
  EXPECT_TRUE(settings->streams.empty());
}

TEST(queue_settings, an_arn_that_is_not_a_queues_is_rejected) {
  for (const std::string& bad :
       {std::string("4f1c"), std::string("arn:aws:kinesis:eu-west-1:123456789012:stream/in"),
        std::string("arn:aws:kinesis:eu-west-1:123456789012:queue/"),
        std::string("arn:aws:kinesis:eu-west-1:12345678901:queue/q"),
        std::string("arn:aws:sqs:eu-west-1:123456789012:queue/q"), kArn + " x",
        kArn + std::string(2049 - kArn.size(), 'x')})
    EXPECT_EQ(read_queue({}, bad).status().code(), Code::config) << bad;
  EXPECT_TRUE(read_queue({}, kArn + std::string(2048 - kArn.size(), 'x')).ok());
  EXPECT_TRUE(read_queue({}, "arn:aws-cn:kinesis:cn-north-1:123456789012:queue/q").ok());
}

TEST(queue_settings, options_of_shards_and_positions_are_errors_with_a_queue) {
  for (const auto& [name, value] : Given{{"stream", "in"},
                                         {"stream_arn", "arn:aws:kinesis:eu-west-1:123456789012:stream/in"},
                                         {"shards", "shardId-000000000000"},
                                         {"checkpoint", "memory"},
                                         {"initial_position", "latest"},
                                         {"poll_interval", "1s"},
                                         {"max_records", "100"},
                                         {"hash_range_rule", "off"},
                                         {"checkpoint_interval", "5s"},
                                         {"application_name", "a"},
                                         {"failover_time", "10s"},
                                         {"create_table", "off"},
                                         {"table_tags", "a=b"},
                                         {"dynamodb_endpoint", "http://127.0.0.1:1"}}) {
    const Status rejected = read_queue({{name, value}}).status();
    EXPECT_EQ(rejected.code(), Code::config) << name;
    EXPECT_EQ(rejected.message().find(name + " cannot be used with queue_arn"), 0U) << rejected.message();
  }
}

TEST(queue_settings, the_region_is_that_of_the_arn) {
  EXPECT_TRUE(read_queue({{"region", "eu-west-1"}}).ok());
  EXPECT_EQ(read_queue({{"region", "us-east-1"}}).status().id().text(), std::string("PS0119"));
}

TEST(queue_settings, a_call_waits_for_records_within_its_time_limit) {
  EXPECT_EQ(read_queue()->of_queue.wait_s, 20);
  EXPECT_EQ(read_queue({{"call_timeout", "15s"}})->of_queue.wait_s, 10);
  EXPECT_EQ(read_queue({{"call_timeout", "3s"}})->of_queue.wait_s, 1);
  EXPECT_EQ(read_queue({{"call_timeout", "2999ms"}}).status().code(), Code::config);
}

TEST(queue_settings, options_of_records_apply_to_a_queue) {
  const Result<InputSettings> settings = read_queue({{"format", "raw"},
                                                     {"mem_limit", "8M"},
                                                     {"stuck_warning", "1m"},
                                                     {"record_retry_limit", "3"},
                                                     {"max_record_age", "2m"}});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->of_queue.decode.format, kinesis::RecordFormat::raw);
  EXPECT_EQ(settings->of_queue.mem_limit_bytes, 8U << 20);
  EXPECT_EQ(settings->of_queue.stuck_warning_ms, 60'000);
  EXPECT_EQ(settings->of_queue.limits.retries, 3);
  EXPECT_EQ(settings->of_queue.limits.age_ms, 120'000);
}

TEST(queue_settings, without_a_queue_a_checkpoint_is_required_and_on_failure_queue_an_error) {
  const Given stream = {{"stream", "in"}, {"region", "eu-west-1"}};
  Given given = stream;
  given.insert(given.end(), {{"on_failure", "drop"}});
  EXPECT_EQ(read(given).status().message().find("missing option checkpoint (memory|file:PATH|"), 0U);
  given = stream;
  given.insert(given.end(), {{"checkpoint", "memory"}, {"on_failure", "queue"}});
  EXPECT_EQ(read(given).status().message().find("on_failure queue cannot be used with stream"), 0U);
  EXPECT_TRUE(read({{"queue_arn", kArn}, {"on_failure", "queue"}}).ok());
}

}  // namespace
}  // namespace penstock::plugin
