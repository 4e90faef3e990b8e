#include "plugin/settings/lease_settings.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "plugin/settings/input_settings.h"

namespace penstock::plugin {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

Options options_of(Given given, const std::string& checkpoint) {
  given.insert(given.end(), {{"stream", "in"}, {"checkpoint", checkpoint}, {"on_failure", "drop"}});
  std::vector<penstock_option> list;
  for (const auto& [key, value] : given) list.push_back({bytes(key), bytes(value)});
  return Options(kInputOptions, list.data(), list.size(), sizeof(penstock_option));
}

Result<LeaseSettings> read(const Given& given, const std::string& checkpoint = "dynamodb:app") {
  Result<InputSettings> settings = read_input_settings(options_of(given, checkpoint));
  if (!settings.ok()) return settings.status();
  return settings->leases;
}

TEST(lease_settings, the_table_has_the_given_name_or_the_applications) {
  EXPECT_EQ(read({})->table, "app");
  EXPECT_EQ(read({{"application_name", "other"}})->table, "app");
  EXPECT_EQ(read({{"application_name", "other"}}, "dynamodb")->table, "other");
  EXPECT_EQ(read({}, "dynamodb").status().code(), Code::config);
  EXPECT_EQ(read({}, "memory")->table, "");
}

TEST(lease_settings, table_names_follow_the_services_rules) {
  for (const std::string& good : {std::string("a.B"), std::string("a_-"), std::string(255, 'a')})
    EXPECT_TRUE(read({}, "dynamodb:" + good).ok()) << good;
  for (const std::string& bad : {std::string("ab"), std::string("a b"), std::string("a/b"), std::string(256, 'a')})
    EXPECT_EQ(read({}, "dynamodb:" + bad).status().code(), Code::config) << bad;
}

TEST(lease_settings, failover_time_is_at_least_three_seconds) {
  EXPECT_EQ(read({})->leases.failover_ms, 10'000);
  EXPECT_EQ(read({{"failover_time", "3s"}})->leases.failover_ms, 3'000);
  EXPECT_EQ(read({{"failover_time", "2999ms"}}).status().code(), Code::config);
}

TEST(lease_settings, tags_are_key_value_pairs) {
  const Result<LeaseSettings> settings =
      read({{"create_table", "on"}, {"table_tags", "team=logs, env=a=b,empty="}});
  ASSERT_TRUE(settings.ok());
  EXPECT_TRUE(settings->leases.definition.create);
  EXPECT_EQ(settings->leases.definition.tags,
            (std::map<std::string, std::string>{{"team", "logs"}, {"env", "a=b"}, {"empty", ""}}));
  for (const char* bad : {"team", "=logs", "a=b,c"})
    EXPECT_EQ(read({{"table_tags", bad}}).status().code(), Code::config) << bad;
}

TEST(lease_settings, lease_options_without_a_lease_table_are_rejected_by_name) {
  for (const auto& [name, value] : Given{{"application_name", "a"},
                                         {"create_table", "on"},
                                         {"table_tags", "a=b"},
                                         {"dynamodb_endpoint", "http://127.0.0.1:1"}}) {
    const Status rejected = read({{name, value}}, "file:/checkpoint").status();
    EXPECT_EQ(rejected.code(), Code::config);
    EXPECT_EQ(rejected.message().find(name), 0U) << rejected.message();
  }
}

TEST(lease_settings, shards_cannot_be_selected_with_leases) {
  EXPECT_EQ(read({{"shards", "shardId-000000000000"}}).status().code(), Code::config);
}

TEST(lease_settings, worker_ids_are_unique_and_contain_application_and_host) {
  Result<std::unique_ptr<HostEnv>> host_env = HostEnv::make({}, {});
  ASSERT_TRUE(host_env.ok());
  Env env = (*host_env)->env();
  env.variable = [](const char*) { return std::optional<std::string>("machine"); };
  const Options named = options_of({{"application_name", "app"}}, "dynamodb");
  const std::string id = make_worker_id(env, named);
  EXPECT_EQ(id.substr(0, 12), "app:machine:");
  EXPECT_EQ(id.size(), 12U + 32);
  EXPECT_NE(make_worker_id(env, named), id);
  env.variable = [](const char*) { return std::optional<std::string>(); };
  EXPECT_EQ(make_worker_id(env, options_of({}, "dynamodb:app")).substr(0, 9), "penstock:");
}

}  // namespace
}  // namespace penstock::plugin
