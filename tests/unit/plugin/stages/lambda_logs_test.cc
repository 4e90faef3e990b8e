// Options of lambda_logs that are valid one by one but not together.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "plugin/stages/stages.h"

namespace penstock::plugin {
namespace {

// Returns the problems that check() reports, or "".
std::string problems(const std::vector<std::pair<std::string, std::string>>& given) {
  std::vector<penstock_option> options;
  options.reserve(given.size());
  for (const auto& [key, value] : given) options.push_back({bytes(key), bytes(value)});
  std::string text;
  const auto keep = [](void* ctx, size_t, const penstock_error* error) {
    *static_cast<std::string*>(ctx) += error->text;
  };
  const int32_t code =
      kLambdaLogsStage.check(options.data(), options.size(), sizeof(penstock_option), keep, &text);
  EXPECT_EQ(code, text.empty() ? PENSTOCK_OK : PENSTOCK_E_OPTIONS);
  return text;
}

std::string taken(const std::string& key, const std::string& name) {
  return "PS0145: " + key + " '" + name + "' is the name of another member of the record: choose another name";
}

TEST(lambda_logs, two_members_must_have_different_names) {
  EXPECT_EQ(problems({{"source_key", "at"}, {"timestamp_key", "at"}}), taken("timestamp_key", "at"));
  EXPECT_EQ(problems({{"timestamp_key", "source"}}), taken("timestamp_key", "source"));
  EXPECT_EQ(problems({{"source_key", "timestamp"}}), taken("source_key", "timestamp"));
  EXPECT_EQ(problems({{"json_key", "source"}}), taken("json_key", "source"));
  EXPECT_EQ(problems({{"event_id_key", "timestamp"}}), taken("event_id_key", "timestamp"));
  EXPECT_EQ(problems({{"schema", "ecs"}, {"event_id_key", "@timestamp"}}), taken("event_id_key", "@timestamp"));
  for (const std::string key : {"timestamp_key", "source_key", "json_key"})
    EXPECT_EQ(problems({{key, "event_id"}}), taken(key, "event_id"));
  for (const std::string name : {"level", "message", "lambda", "extractedFields"})
    for (const std::string key : {"timestamp_key", "event_id_key", "source_key", "json_key"})
      EXPECT_EQ(problems({{key, name}}), taken(key, name));
}

TEST(lambda_logs, names_used_by_flat_schemas_are_reserved) {
  for (const auto& [schema, names] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"otel",
            {"severity_text", "severity_number", "body", "aws.lambda.event", "faas.invocation_id",
             "cloud.region"}},
           {"ecs", {"log.level", "message", "event.action", "error.type", "aws.cloudwatch.log_group"}}})
    for (const std::string& name : names) {
      EXPECT_NE(problems({{"schema", schema}, {"json_key", name}}), "") << name;
      EXPECT_NE(problems({{"schema", schema}, {"timestamp_key", name}}), "") << name;
      EXPECT_EQ(problems({{"schema", "legacy"}, {"json_key", name}}).empty(), name != "message") << name;
    }
}

TEST(lambda_logs, a_renamed_members_old_name_is_free) {
  EXPECT_EQ(problems({{"timestamp_key", "@timestamp"}, {"json_key", "timestamp"}}), "");
  EXPECT_EQ(problems({{"source_key", "origin"}, {"json_key", "source"}}), "");
  EXPECT_EQ(problems({{"schema", "ecs"}, {"json_key", "timestamp"}}), "");
  EXPECT_EQ(problems({{"schema", "otel"}, {"json_key", "source"}}), "");
  EXPECT_EQ(problems({{"event_id_key", "_id"}, {"json_key", "event_id"}}), "");
}

// A store that treats {"event":{"id":1}} as "event.id" would give the record a second ID.
TEST(lambda_logs, renamed_members_must_not_be_inside_an_applications_object) {
  const auto mixed = [](const std::string& key, const std::string& name) {
    return "PS0145: json_key '" + key + "' conflicts with the record's member '" + name +
           "', because a store may merge the members of the application's object with it: choose another name";
  };
  EXPECT_EQ(problems({{"schema", "ecs"}, {"json_key", "event"}}), mixed("event", "event.id"));
  EXPECT_EQ(problems({{"schema", "otel"}, {"json_key", "log.record"}}), mixed("log.record", "log.record.uid"));
  EXPECT_EQ(problems({{"schema", "ecs"}, {"json_key", "cloud"}}), mixed("cloud", "cloud.account.id"));
  EXPECT_EQ(problems({{"json_key", "source.app"}}), mixed("source.app", "source"));
  EXPECT_EQ(problems({{"json_key", "app"}, {"event_id_key", "app.id"}}), mixed("app", "app.id"));
  EXPECT_EQ(problems({{"json_key", "message.app"}}), mixed("message.app", "message"));
  EXPECT_EQ(problems({{"schema", "ecs"}, {"json_key", "events"}}), "");
  EXPECT_EQ(problems({{"json_key", "app.event"}, {"event_id_key", "app.id"}}), "");
}

TEST(lambda_logs, flat_schemas_reject_source_key) {
  for (const std::string schema : {"otel", "ecs"})
    EXPECT_EQ(problems({{"schema", schema}, {"source_key", "origin"}}),
              "PS0105: source_key cannot be used with schema " + schema +
                  ": the schema has no such member; remove source_key");
  EXPECT_EQ(problems({{"schema", "legacy"}, {"source_key", "origin"}}), "");
}

TEST(lambda_logs, the_default_json_key_of_a_schema_must_not_be_another_member) {
  EXPECT_EQ(problems({{"schema", "ecs"}, {"timestamp_key", "app"}}), taken("timestamp_key", "app"));
  EXPECT_EQ(problems({{"schema", "otel"}, {"event_id_key", "attributes"}}), taken("event_id_key", "attributes"));
  EXPECT_NE(problems({{"schema", "ecs"}, {"event_id_key", "app.id"}}), "");
  EXPECT_EQ(problems({{"schema", "ecs"}, {"event_id_key", "app.id"}, {"json_key", "object"}}), "");
}

TEST(lambda_logs, timestamp_from_has_one_to_sixteen_names) {
  const auto list = [](size_t names) {
    std::string text = "a";
    for (size_t more = 1; more < names; ++more) text += ", a";
    return text;
  };
  EXPECT_EQ(problems({{"timestamp_from", "time"}}), "");
  EXPECT_EQ(problems({{"timestamp_from", list(16)}}), "");
  EXPECT_EQ(problems({{"timestamp_from", list(17)}}),
            "PS0147: invalid value '" + list(17) + "' for timestamp_from: expected at most 16 names, not 17");
  for (const std::string text : {",time", "time,,ts", " , "})
    EXPECT_EQ(problems({{"timestamp_from", text}}),
              "PS0147: invalid value '" + text +
                  "' for timestamp_from: expected comma-separated names of members, such as time,meta.at; remove "
                  "the empty name");
}

TEST(lambda_logs, an_empty_list_of_patterns_is_invalid) {
  EXPECT_EQ(problems({{"include", " , "}}),
            "PS0057: empty value ' , ' for include: expected patterns of log groups, such as /aws/lambda/*");
  EXPECT_NE(problems({{"exclude", ","}}), "");
  EXPECT_EQ(problems({{"include", "/aws/lambda/*,"}}), "");
}

}  // namespace
}  // namespace penstock::plugin
