#include "tests/model_dynamodb/lease_table_suite.h"

#include <chrono>
#include <utility>

#include "tests/model_kinesis/unix_now.h"

namespace penstock::dynamodb {

void lease_table::SetUp() {
  std::string why;
  auto send = connect_table_service(GetParam(), why);
  if (!send && why.ends_with("does not start")) FAIL() << why;
  if (!send) GTEST_SKIP() << why;
  client = std::make_unique<TableClient>(std::move(*send), model::unix_now_ms);
  static int tables = 0;
  table = "leases-" + std::to_string(++tables);
  us = std::make_unique<OurWorker>(*client, table, "us");
  them = std::make_unique<OurWorker>(*client, table, "them");
  kcl = std::make_unique<Kcl2>(*client, table, "kcl");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const leases::LeaseTableDefinition definition = {true, {{"team", "logs"}, {"cost centre", "a=b:c"}}};
  Result<bool> ready = us->prepare(definition);
  while (ready.ok() && !*ready && std::chrono::steady_clock::now() < deadline) ready = us->prepare(definition);
  ASSERT_TRUE(ready.ok()) << ready.status().message();
  ASSERT_TRUE(*ready);
}

void lease_table::put(const std::string& item) {
  const model::Response response =
      client->call("PutItem", R"({"TableName":")" + table + R"(","Item":)" + item + "}");
  ASSERT_TRUE(response.ok()) << response.reply().body;
}

std::string lease_table::attribute(const std::string& key, const std::string& name, const std::string& type) {
  return client
      ->call("GetItem",
             R"({"TableName":")" + table + R"(","Key":{"leaseKey":{"S":")" + key + R"("}},"ConsistentRead":true})")
      .text("Item." + name + "." + type);
}

}  // namespace penstock::dynamodb
