// Log events that CloudWatch Logs copied to another log group: which group each part of the records comes from.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/bytes.h"
#include "core/logs/decode/subscription.h"
#include "core/logs/record/lambda_filter.h"
#include "tests/gzip.h"

namespace penstock::logs {
namespace {

constexpr char kLine[] = "END RequestId: 6bc28136-aaaa-4365-b021-0ce6b2e64ab0";
constexpr char kObject[] = R"({"level":"WARN","message":"slow","timestamp":"2025-10-09T08:53:20.025Z"})";

// As a subscription filter of the central log group writes it, with all system fields.
std::string message_of(const std::string& body, const std::string& source_group) {
  std::string text;
  for (const char c : body) text += c == '"' ? "\\\"" : std::string(1, c);
  return gzip(
      R"({"messageType":"DATA_MESSAGE","owner":"999","logGroup":"/central","logStream":)"
      R"("2025/10/09/[7]5d1c","subscriptionFilters":["f"],"logEvents":[{"id":"e1","timestamp":1760000000025,)"
      R"("message":")" +
      text + R"(","extractedFields":{"@aws.account":"111","@aws.region":"us-east-1","@source.log":")" +
      source_group + "\"}}]}");
}

// Returns the record, or "" if the filter left the event out.
std::string filtered(const std::string& message, const LambdaFilterOptions& options) {
  SubscriptionReader reader(1 << 20);
  penstock_batch origin = {};
  origin.struct_size = sizeof origin;
  origin.region = bytes("eu-west-1");
  reader.begin(message, origin);
  LambdaFilter filter(options);
  std::string record;
  const auto emit = [](void* ctx, const penstock_batch* batch) -> int32_t {
    static_cast<std::string*>(ctx)->append(view(batch->records[0].body));
    return PENSTOCK_OK;
  };
  penstock_batch batch = {};
  while (reader.next(batch) == SubscriptionReader::Step::batch) filter.apply(batch, emit, &record);
  EXPECT_TRUE(reader.problem().ok()) << reader.problem().message();
  return record;
}

std::string filtered(const std::string& body, const std::string& source_group, Schema schema,
                     bool function_fields = false) {
  LambdaFilterOptions options;
  options.schema = schema;
  options.timestamp_key = names_of(schema).timestamp;
  options.function_fields = function_fields;
  return filtered(message_of(body, source_group), options);
}

const std::string kSource =
    R"("event_id":"e1","source":{"logGroup":"/aws/lambda/mill","centralLogGroup":"/central",)"
    R"("logStream":"2025/10/09/[7]5d1c","owner":"111","region":"us-east-1"}})";
const std::string kOtelSource =
    R"("log.record.uid":"e1","aws.log.group.names":["/aws/lambda/mill","/central"],)"
    R"("aws.log.stream.names":["2025/10/09/[7]5d1c"],"cloud.account.id":"111","cloud.region":"us-east-1"})";
const std::string kEcsSource =
    R"("event.id":"e1","aws.cloudwatch.log_group":"/aws/lambda/mill","aws.cloudwatch.central_log_group":"/central",)"
    R"("aws.cloudwatch.log_stream":"2025/10/09/[7]5d1c","cloud.account.id":"111","cloud.region":"us-east-1"})";

TEST(central_log_group, a_line_has_the_log_group_of_its_source_and_the_central_one_in_every_schema) {
  const std::string request_id = R"("6bc28136-aaaa-4365-b021-0ce6b2e64ab0")";
  for (const Schema schema : {Schema::standard, Schema::legacy})
    EXPECT_EQ(filtered(kLine, "/aws/lambda/mill", schema),
              R"({"timestamp":"2025-10-09T08:53:20.025Z","level":"INFO","message":")" + std::string(kLine) +
                  R"(","lambda":{"event":"end","requestId":)" + request_id + "}," + kSource);
  EXPECT_EQ(filtered(kLine, "/aws/lambda/mill", Schema::otel),
            R"({"timestamp":"2025-10-09T08:53:20.025Z","severity_text":"INFO","severity_number":9,"body":")" +
                std::string(kLine) + R"(","aws.lambda.event":"end","faas.invocation_id":)" + request_id + "," +
                kOtelSource);
  EXPECT_EQ(filtered(kLine, "/aws/lambda/mill", Schema::ecs),
            R"({"@timestamp":"2025-10-09T08:53:20.025Z","log.level":"INFO","message":")" + std::string(kLine) +
                R"(","event.action":"end","faas.execution":)" + request_id + "," + kEcsSource);
}

TEST(central_log_group, an_object_has_the_log_group_of_its_source_and_the_central_one_in_every_schema) {
  const std::string members(kObject, sizeof kObject - 2);
  for (const Schema schema : {Schema::standard, Schema::legacy})
    EXPECT_EQ(filtered(kObject, "/aws/lambda/mill", schema), members + "," + kSource);
  EXPECT_EQ(filtered(kObject, "/aws/lambda/mill", Schema::otel),
            R"({"timestamp":"2025-10-09T08:53:20.025Z","severity_text":"WARN","severity_number":13,"body":"slow",)"
            R"("attributes":{"timestamp":"2025-10-09T08:53:20.025Z"},)" +
                kOtelSource);
  EXPECT_EQ(filtered(kObject, "/aws/lambda/mill", Schema::ecs),
            R"({"@timestamp":"2025-10-09T08:53:20.025Z","log.level":"WARN","message":"slow",)"
            R"("app":{"timestamp":"2025-10-09T08:53:20.025Z"},)" +
                kEcsSource);
}

TEST(central_log_group, a_source_of_the_same_name_is_one_log_group) {
  EXPECT_NE(filtered(kLine, "/central", Schema::standard).find(R"("source":{"logGroup":"/central","logStream":)"),
            std::string::npos);
  EXPECT_NE(filtered(kLine, "/central", Schema::otel).find(R"("aws.log.group.names":["/central"],)"),
            std::string::npos);
}

TEST(central_log_group, function_fields_are_those_of_the_source) {
  EXPECT_NE(filtered(kLine, "/aws/lambda/mill", Schema::standard, true)
                .find(R"("region":"us-east-1","functionName":"mill","functionVersion":"7"}})"),
            std::string::npos);
  EXPECT_EQ(filtered(kLine, "/app", Schema::standard, true).find("functionName"), std::string::npos);
}

TEST(central_log_group, include_and_exclude_select_by_the_source) {
  const std::string message = message_of(kLine, "/aws/lambda/mill");
  const auto is_kept = [&](std::string_view include, std::string_view exclude) {
    LambdaFilterOptions options;
    options.log_groups = LogGroups(include, exclude);
    return !filtered(message, options).empty();
  };
  EXPECT_TRUE(is_kept("/aws/lambda/*", ""));
  EXPECT_TRUE(is_kept("", "/central"));
  EXPECT_FALSE(is_kept("/central", ""));
  EXPECT_FALSE(is_kept("", "/aws/lambda/mill"));
}

}  // namespace
}  // namespace penstock::logs
