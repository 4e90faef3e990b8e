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

TEST(lease_settings, the_table_is_the_one_named_or_bears_the_name_of_the_application) {
  EXPECT_EQ(read({})->table, "app");
  EXPECT_EQ(read({{"application_name", "other"}})->table, "app");
  EXPECT_EQ(read({{"application_name", "other"}}, "dynamodb")->table, "other");
  EXPECT_EQ(read({}, "dynamodb").status().code(), Code::config);
  EXPECT_EQ(read({}, "memory")->table, "");
}

TEST(lease_settings, table_names_are_those_of_the_service) {
  for (const std::string& good : {std::string("a.B"), std::string("a_-"), std::string(255, 'a')})
    EXPECT_TRUE(read({}, "dynamodb:" + good).ok()) << good;
  for (const std::string& bad : {std::string("ab"), std::string("a b"), std::string("a/b"), std::string(256, 'a')})
    EXPECT_EQ(read({}, "dynamodb:" + bad).status().code(), Code::config) << bad;
}

TEST(lease_settings, the_failover_time_is_three_seconds_at_least) {
  EXPECT_EQ(read({})->leases.failover_ms, 10'000);
  EXPECT_EQ(read({{"failover_time", "3s"}})->leases.failover_ms, 3'000);
  EXPECT_EQ(read({{"failover_time", "2999ms"}}).status().code(), Code::config);
}

TEST(lease_settings, tags_are_pairs) {
  const Result<LeaseSettings> settings =
      read({{"create_table", "on"}, {"table_tags", "team=logs, env=a=b,empty="}});
  ASSERT_TRUE(settings.ok());
  EXPECT_TRUE(settings->leases.definition.create);
  EXPECT_EQ(settings->leases.definition.tags,
            (std::map<std::string, std::string>{{"team", "logs"}, {"env", "a=b"}, {"empty", ""}}));
  for (const char* bad : {"team", "=logs", "a=b,c"})
    EXPECT_EQ(read({{"table_tags", bad}}).status().code(), Code::config) << bad;
}

TEST(lease_settings, options_of_a_table_without_one_are_refused_by_name) {
  for (const auto& [name, value] : Given{{"application_name", "a"},
                                         {"create_table", "on"},
                                         {"table_tags", "a=b"},
                                         {"dynamodb_endpoint", "http://127.0.0.1:1"}}) {
    const Status refused = read({{name, value}}, "file:/checkpoint").status();
    EXPECT_EQ(refused.code(), Code::config);
    EXPECT_EQ(refused.message().find(name), 0U) << refused.message();
  }
}

TEST(lease_settings, shards_are_not_pinned_where_workers_share_them_out) {
  EXPECT_EQ(read({{"shards", "shardId-000000000000"}}).status().code(), Code::config);
}

TEST(lease_settings, each_worker_has_an_id_of_its_own_that_names_application_and_host) {
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
