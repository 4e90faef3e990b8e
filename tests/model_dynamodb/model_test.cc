// The model is strict where emulators are lax, counts billed capacity, and returns old rows for reads that may be
// stale.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/model_dynamodb/service.h"
#include "tests/model_dynamodb/table_client.h"

namespace penstock::dynamodb {
namespace {

class model_of_dynamodb : public testing::Test {
 protected:
  void SetUp() override { service.make_table("t-1"); }

  std::string code(const std::string& operation, const std::string& more, const std::string& table = "t-1") {
    const model::Response response = client.call(operation, R"({"TableName":")" + table + '"' + more + "}");
    return response.ok() ? "ok" : response.code();
  }
  std::string update(const std::string& more) {
    return code("UpdateItem", R"(,"Key":{"leaseKey":{"S":"k"}})" + more);
  }
  void put(const std::string& key, int64_t counter) {
    service.put_row("t-1", {{"leaseKey", text_attribute(key)}, {"leaseCounter", number_attribute(counter)}});
  }
  std::string counter_read(const char* consistent) {
    return client
        .call("GetItem", std::string(R"({"TableName":"t-1","Key":{"leaseKey":{"S":"k"}},"ConsistentRead":)") +
                             consistent + "}")
        .text("Item.leaseCounter.N");
  }

  int64_t now_ms = 1'700'000'000'000;
  Service service{{}, [this] { return now_ms; }};
  TableClient client{[this](model::Request request) { return service.handle(std::move(request)); },
                     [this] { return now_ms; }};
};

TEST_F(model_of_dynamodb, a_table_is_created_once_and_usable_when_active) {
  const std::string definition = R"(,"KeySchema":[{"AttributeName":"leaseKey","KeyType":"HASH"}],)"
                                 R"("AttributeDefinitions":[{"AttributeName":"leaseKey","AttributeType":"S"}],)"
                                 R"("BillingMode":"PAY_PER_REQUEST")";
  EXPECT_EQ(code("DescribeTable", "", "new"), "ResourceNotFoundException");
  EXPECT_EQ(code("CreateTable", definition, "new"), "ok");
  EXPECT_EQ(code("CreateTable", definition, "new"), "ResourceInUseException");
  EXPECT_EQ(code("Scan", "", "new"), "ResourceNotFoundException");
  now_ms += service.settings().creating_ms;
  EXPECT_EQ(code("Scan", "", "new"), "ok");
  EXPECT_EQ(code("Scan", "", "ab"), "ValidationException");
  EXPECT_EQ(code("Scan", "", "a/b"), "ValidationException");
}

TEST_F(model_of_dynamodb, empty_and_untyped_values_are_rejected) {
  const auto put_value = [this](const std::string& value) {
    return code("PutItem", R"(,"Item":{"leaseKey":{"S":"k"},"a":)" + value + "}");
  };
  EXPECT_EQ(put_value(R"({"S":"x"})"), "ok");
  for (const char* value : {R"({"S":""})", R"({"SS":[]})", R"({"SS":["a","a"]})", R"({"SS":[""]})", R"({"N":"x"})",
                            R"({"N":"01"})", R"({"N":""})", R"({"S":"a","N":"1"})", "{}"})
    EXPECT_EQ(put_value(value), "ValidationException") << value;
}

TEST_F(model_of_dynamodb, expressions_must_use_all_placeholders) {
  put("k", 1);
  EXPECT_EQ(update(R"(,"UpdateExpression":"SET a = :a","ExpressionAttributeValues":{":a":{"N":"1"}})"), "ok");
  for (const char* bad :
       {R"(,"UpdateExpression":"SET a = :a","ExpressionAttributeValues":{":a":{"N":"1"},":b":{"N":"1"}})",
        R"(,"UpdateExpression":"SET a = :c","ExpressionAttributeValues":{":a":{"N":"1"}})",
        R"(,"UpdateExpression":"SET a = :a REMOVE a","ExpressionAttributeValues":{":a":{"N":"1"}})",
        R"(,"UpdateExpression":"REMOVE a REMOVE b")", R"(,"UpdateExpression":"REMOVE a,")",
        R"(,"UpdateExpression":"SET missing = missing + :a","ExpressionAttributeValues":{":a":{"N":"1"}})",
        R"(,"UpdateExpression":"SET leaseKey = :a","ExpressionAttributeValues":{":a":{"S":"1"}})",
        R"(,"UpdateExpression":"REMOVE a","Expected":{"a":{"Exists":false}})",
        R"(,"UpdateExpression":"REMOVE a","Unheard":1)",
        R"(,"UpdateExpression":"REMOVE a","ReturnValues":"SOME")"})
    EXPECT_EQ(update(bad), "ValidationException") << bad;
}

TEST_F(model_of_dynamodb, scan_pages_return_every_row_once) {
  for (int i = 0; i < 25; ++i) put("k" + std::to_string(i), i);
  service.settings().page_items = 4;
  std::set<std::string> keys;
  size_t rows = 0;
  int pages = 0;
  std::string start;
  do {
    const model::Response page = client.call("Scan", R"({"TableName":"t-1")" + start + "}");
    ASSERT_TRUE(page.ok());
    for (size_t i = 0; i < page.size("Items"); ++i, ++rows)
      keys.insert(page.text("Items." + std::to_string(i) + ".leaseKey.S"));
    const std::string last = page.text("LastEvaluatedKey.leaseKey.S");
    start = last.empty() ? "" : R"(,"ExclusiveStartKey":{"leaseKey":{"S":")" + last + R"("}})";
    ++pages;
  } while (!start.empty());
  EXPECT_EQ(keys.size(), 25U);
  EXPECT_EQ(rows, 25U);
  EXPECT_EQ(pages, 7);
}

TEST_F(model_of_dynamodb, eventually_consistent_reads_are_stale_within_the_limit) {
  service.settings().stale_ms = 1000;
  put("k", 1);
  now_ms += 5000;
  put("k", 2);
  now_ms += 500;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    seen.insert(counter_read("false"));
    EXPECT_EQ(counter_read("true"), "2");
  }
  EXPECT_EQ(seen, (std::set<std::string>{"1", "2"}));
  now_ms += 501;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(counter_read("false"), "2");
}

TEST_F(model_of_dynamodb, write_units_are_counted_per_kib_also_for_rejected_writes) {
  put("k", 1);
  const std::string counter_is_1 =
      R"(,"ConditionExpression":"leaseCounter = :c","ExpressionAttributeValues":{":c":{"N":"1"},":a":)";
  EXPECT_EQ(update(R"(,"UpdateExpression":"SET leaseCounter = :a")" + counter_is_1 + R"({"N":"2"}})"), "ok");
  EXPECT_EQ(service.stats().write_units, 1U);
  EXPECT_EQ(update(R"(,"UpdateExpression":"SET leaseCounter = :a")" + counter_is_1 + R"({"N":"2"}})"),
            "ConditionalCheckFailedException");
  EXPECT_EQ(service.stats().write_units, 2U);
  EXPECT_EQ(service.stats().failed_conditions, 1U);
  EXPECT_EQ(update(R"(,"UpdateExpression":"SET b = :a","ExpressionAttributeValues":{":a":{"S":")" +
                   std::string(2000, 'x') + R"("}})"),
            "ok");
  EXPECT_EQ(service.stats().write_units, 4U);
}

TEST_F(model_of_dynamodb, faults_happen_before_or_after_the_call_is_applied) {
  put("k", 1);
  const std::string add =
      R"(,"UpdateExpression":"ADD leaseCounter :a","ExpressionAttributeValues":{":a":{"N":"1"}})";
  service.faults().next_calls("UpdateItem", model::close_before());
  update(add);
  EXPECT_EQ(number_in(service.table("t-1")->row("k")->at("leaseCounter")), 1);
  service.faults().next_calls("UpdateItem", model::lose_response());
  update(add);
  EXPECT_EQ(number_in(service.table("t-1")->row("k")->at("leaseCounter")), 2);
  service.faults().next_calls("UpdateItem", model::throttle());
  EXPECT_EQ(update(add), "ProvisionedThroughputExceededException");
  EXPECT_EQ(number_in(service.table("t-1")->row("k")->at("leaseCounter")), 2);
}

TEST_F(model_of_dynamodb, a_call_for_another_service_is_rejected) {
  model::TestClient kinesis([this](model::Request request) { return service.handle(std::move(request)); },
                            [this] { return now_ms; });
  EXPECT_FALSE(kinesis.call("Scan", R"({"TableName":"t-1"})").ok());
}

}  // namespace
}  // namespace penstock::dynamodb
