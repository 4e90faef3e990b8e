// Each option of lambda_logs in a conf: with transform, and several at once with run.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/e2e/child_process.h"
#include "tests/gzip.h"
#include "tests/lambda_options.h"

namespace penstock::e2e {
namespace {

// Returns the text as a JSON string.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + '"';
}

std::string message_of(std::string_view text, std::string_view more_of_event = "") {
  using namespace lambda_options;
  return R"({"messageType":"DATA_MESSAGE","owner":")" + std::string(kOwner) + R"(","logGroup":")" + kLogGroup +
         R"(","logStream":")" + kLogStream + R"(","subscriptionFilters":["all"],"logEvents":[{"id":")" + kId +
         R"(","timestamp":)" + std::to_string(kTimeMs) + R"(,"message":)" + quoted(text) +
         std::string(more_of_event) + "}]}";
}

std::string section(const char* kind, const char* name, const OptionList& options) {
  std::string text = std::string("[") + kind + "]\n    Name " + name + "\n    Match *\n";
  for (const auto& [key, value] : options) text += "    " + key + " " + value + "\n";
  return text;
}

// Returns all output of penstock transform.
std::string transformed(const std::string& conf, const std::string& message, std::vector<std::string> more = {}) {
  const TemporaryFolder folder;
  write_file(folder.path("a.conf"), conf);
  write_file(folder.path("message"), message);
  std::vector<std::string> arguments = {"transform", "-c", folder.path("a.conf")};
  arguments.insert(arguments.end(), more.begin(), more.end());
  arguments.push_back(folder.path("message"));
  HostProcess host(arguments, folder.path("said"));
  EXPECT_EQ(host.wait(60), 0) << read_file(folder.path("said"));
  return read_file(folder.path("said"));
}

class transform_lambda_options : public testing::TestWithParam<lambda_options::Case> {};

TEST_P(transform_lambda_options, each_option_of_lambda_logs_makes_its_record_in_transform) {
  const std::string said =
      transformed(section("FILTER", "lambda_logs", GetParam().options), message_of(GetParam().message));
  EXPECT_EQ(said,
            GetParam().record.empty()
                ? "penstock transform: source records: 1, log events: 0, failures: 0\n"
                : GetParam().record + "\npenstock transform: source records: 1, log events: 1, failures: 0\n");
}

INSTANTIATE_TEST_SUITE_P(, transform_lambda_options, testing::ValuesIn(lambda_options::cases()),
                         [](const auto& one) { return one.param.name; });

TEST(e2e, extracted_fields_are_kept_if_the_decoder_is_configured_so) {
  const std::string message = message_of("hello", R"(,"extractedFields":{"status":"404", "bytes":"17"})");
  const std::string fields = R"("extractedFields":{"status":"404", "bytes":"17"})";
  EXPECT_EQ(transformed("", message).find("extractedFields"), std::string::npos);
  EXPECT_NE(transformed(section("FILTER", "cloudwatch_logs", {{"extracted_fields", "on"}}), message).find(fields),
            std::string::npos);
  EXPECT_NE(
      transformed(section("INPUT", "penstock_kinesis", {{"stream", "s"}, {"extracted_fields", "on"}}), message)
          .find(fields),
      std::string::npos);
}

TEST(e2e, other_data_is_an_event_if_the_decoder_is_configured_so) {
  const std::string hello = R"({"Records":[{"eventSource":"aws:kinesis","eventID":"shardId-000000000002:42",)"
                            R"("kinesis":{"sequenceNumber":"42","data":"aGVsbG8="}}]})";
  for (const char* format : {"raw", "auto"}) {
    const std::string said = transformed(section("FILTER", "cloudwatch_logs", {{"format", format}}), hello);
    EXPECT_NE(said.find(R"("event_id":"shardId-000000000002:42:0")"), std::string::npos) << format << ": " << said;
    EXPECT_NE(said.find(R"("message":"hello")"), std::string::npos) << format << ": " << said;
  }
}

TEST(e2e, transform_uses_the_defaults_of_a_conf) {
  const std::string said =
      transformed(section("FILTER", "lambda_logs", {{"drop", "start"}, {"schema", "ecs"}}),
                  message_of(lambda_options::kStart) + message_of(lambda_options::kReport), {"--summary"});
  EXPECT_TRUE(
      said.starts_with("1 log event from 2 source records, 2019-08-25T13:59:15.269Z to 2019-08-25T13:59:15.269Z\n"
                       "Dropped: 1 by drop, 0 by include and exclude\n"))
      << said;
  EXPECT_NE(
      said.find("\n24.61         25       58      256  8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001  /aws/lambda/mill\n"),
      std::string::npos)
      << "schema has no effect: " << said;
}

TEST(e2e, check_reports_an_invalid_filter_option_with_its_line) {
  const TemporaryFolder folder;
  const std::string conf = folder.path("a.conf");
  write_file(
      conf, section("INPUT", "penstock_kinesis",
                    {{"stream", "s"}, {"region", "eu-west-1"}, {"checkpoint", "memory"}, {"on_failure", "drop"}}) +
                section("FILTER", "lambda_logs", {{"schema", "splunk"}, {"event_id", "maybe"}}) +
                section("FILTER", "lambda_logs", {{"drop", "start,finish"}}) +
                section("FILTER", "lambda_logs", {{"schema", "otel"}, {"source_key", "origin"}}) +
                section("OUTPUT", "null", {}));
  HostProcess host({"check", "-c", conf}, folder.path("said"));
  EXPECT_EQ(host.wait(60), 1);
  const std::string said = read_file(folder.path("said"));
  for (const std::string& problem :
       {conf + ":11: PS0086: invalid value 'splunk' for schema: expected one of default|legacy|otel|ecs\n",
        conf + ":12: PS0086: invalid value 'maybe' for event_id: expected one of on|off\n",
        conf +
            ":13: PS0086: invalid value 'finish' for drop: expected comma-separated words of start, end, report, "
            "initStart, ",
        conf + ":17: PS0105: source_key cannot be used with schema otel: the schema has no such member; remove "
               "source_key\n"})
    EXPECT_NE(said.find(problem), std::string::npos) << problem << " is not in " << said;
}

// The records of a stream, and the sequence number of the last one.
struct Stored {
  std::vector<std::string> records;
  std::string last_sequence_number;
};

Stored stored(Deployment& deployment, const char* stream) {
  Stored out;
  deployment.server.with([&](model::Service& service) {
    service.each_record(stream, [&](const model::Shard&, const model::Record& record) {
      out.records.push_back(record.data);
      out.last_sequence_number = record.sequence_number.text();
    });
  });
  return out;
}

void run_to_the_end(const Deployment& deployment, const OptionList& for_filter) {
  const std::string conf = write_conf(deployment, "agent.conf", {}, "", for_filter);
  const std::string said = deployment.folder.path("host.log");
  HostProcess host({"run", "-c", conf, "--exit-when-idle", "1"}, said);
  EXPECT_EQ(host.wait(60), 0) << read_file(said);
}

TEST(e2e, filter_options_apply_in_the_whole_pipeline) {
  using namespace lambda_options;
  Deployment deployment(1, 1);
  deployment.put("a", gzip(message_of(kStart)));
  deployment.put("a", gzip(message_of("[WARNING]\t2019-08-25T13:59:16.000Z\t\tonly 3 left\n")));
  deployment.put("a", gzip(message_of(R"({"level":"WARN","big":12345678901234567890123})")));
  deployment.put("a", gzip(message_of(kReport)));
  run_to_the_end(deployment, {{"drop", "start,end"},
                              {"json_key", "app"},
                              {"keep_message", "off"},
                              {"function_fields", "on"},
                              {"normalize_level", "on"},
                              {"timestamp_key", "@timestamp"},
                              {"source_key", "origin"},
                              {"event_id", "off"}});
  const std::string origin =
      R"("origin":{"logGroup":"/aws/lambda/mill","logStream":"2025/10/09/[7]5d1c","owner":"123456789012",)"
      R"("region":"us-east-1","functionName":"mill","functionVersion":"7"})";
  const std::vector<std::string> expected = {
      R"({"@timestamp":"2019-08-25T13:59:16.000Z","level":"WARN","message":"only 3 left",)" + origin + "}",
      R"({"@timestamp":"2019-08-25T13:59:15.269Z","level":"WARN","app":{"level":"WARN","big":12345678901234567890123},)" +
          origin + "}",
      R"({"@timestamp":"2019-08-25T13:59:15.269Z","level":"INFO","lambda":{"event":"report",)"
      R"("requestId":"8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001","durationMs":24.61,"billedDurationMs":25,)"
      R"("memorySizeMB":256,"maxMemoryUsedMB":58,"initDurationMs":131.07},)" +
          origin + "}"};
  EXPECT_EQ(stored(deployment, "out").records, expected);
}

TEST(e2e, the_checkpoint_passes_dropped_events) {
  using namespace lambda_options;
  Deployment deployment(1, 1);
  deployment.put("a", gzip(message_of("hello")));
  for (int i = 0; i < 3; ++i) deployment.put("a", gzip(message_of(kStart)));
  run_to_the_end(deployment, {{"drop", "start"}});
  EXPECT_EQ(stored(deployment, "out").records.size(), 1u);
  const std::string checkpoint = read_file(deployment.folder.path("checkpoint"));
  EXPECT_NE(checkpoint.find(stored(deployment, "in").last_sequence_number), std::string::npos) << checkpoint;
  // Nothing is read again, not even with options that would leave nothing out.
  run_to_the_end(deployment, {});
  EXPECT_EQ(stored(deployment, "out").records.size(), 1u);
  EXPECT_EQ(read_file(deployment.folder.path("input-failures.jsonl")), "");
}

}  // namespace
}  // namespace penstock::e2e
