// Responses that the service does not document, and rows that no worker writes.
#include "core/leases/lease_responses.h"

#include <gtest/gtest.h>

namespace penstock::leases {
namespace {

std::string table_json(const std::string& status, const std::string& keys, const std::string& type) {
  return R"({"Table":{"TableStatus":")" + status + R"(","KeySchema":[)" + keys +
         R"(],"AttributeDefinitions":[{"AttributeName":"other","AttributeType":"S"},)"
         R"({"AttributeName":"leaseKey","AttributeType":")" +
         type + R"("}]}})";
}

TEST(lease_responses, a_lease_table_has_one_string_key) {
  const std::string key = R"({"AttributeName":"leaseKey","KeyType":"HASH"})";
  const std::string range = R"({"AttributeName":"other","KeyType":"RANGE"})";
  EXPECT_TRUE(read_describe_table(table_json("ACTIVE", key, "S"))->of_leases);
  EXPECT_EQ(read_describe_table(table_json("UPDATING", key, "S"))->status, "UPDATING");
  EXPECT_FALSE(read_describe_table(table_json("ACTIVE", key, "N"))->of_leases);
  EXPECT_FALSE(read_describe_table(table_json("ACTIVE", key + "," + range, "S"))->of_leases);
  EXPECT_FALSE(read_describe_table(table_json("ACTIVE", range, "S"))->of_leases);
}

TEST(lease_responses, an_invalid_lease_response_is_retried) {
  for (const char* text :
       {"", "[]", "nonsense", "{}", R"({"Table":1})", R"({"Table":{"TableStatus":1}})", R"({"Items":1})",
        R"({"Items":[],"LastEvaluatedKey":{}})", R"({"Items":[],"LastEvaluatedKey":{"leaseKey":{"N":"1"}}})"}) {
    EXPECT_EQ(read_describe_table(text).status().code(), Code::transient) << text;
    EXPECT_EQ(read_scan(text).status().code(), Code::transient) << text;
  }
  for (const char* text : {"", "[]", "nonsense"})
    EXPECT_EQ(read_lease(text).status().code(), Code::transient) << text;
}

TEST(lease_responses, a_row_without_a_counter_or_with_another_type_is_not_a_lease) {
  for (const char* attributes :
       {R"("checkpoint":{"S":"1"})", R"("leaseCounter":{"S":"1"})", R"("leaseCounter":{"N":"1.5"})",
        R"("leaseCounter":{"N":""})", R"("leaseCounter":{"N":"9223372036854775808"})",
        R"("leaseCounter":{"N":"1"},"leaseOwner":{"N":"1"})",
        R"("leaseCounter":{"N":"1"},"checkpoint":{"SS":["1"]})",
        R"("leaseCounter":{"N":"1"},"childShardIds":{"S":"1"})", R"("leaseCounter":{"N":"1"},"streamName":[])",
        R"("leaseCounter":{"N":"1"},"checkpointSubSequenceNumber":{"N":"-1"})"}) {
    const std::string item = std::string(R"({"leaseKey":{"S":"k"},)") + attributes + "}";
    const Result<LeasePage> page = read_scan(R"({"Items":[)" + item + "]}");
    ASSERT_TRUE(page.ok()) << attributes;
    EXPECT_TRUE(page->leases.empty()) << attributes;
    EXPECT_EQ(page->unreadable, std::vector<std::string>{"k"}) << attributes;
    EXPECT_EQ(read_lease(R"({"Item":)" + item + "}").status().code(), Code::invalid) << attributes;
  }
}

TEST(lease_responses, the_minimal_row_of_kcl_is_a_lease) {
  const Result<std::optional<Lease>> row =
      read_lease(R"({"Item":{"leaseKey":{"S":"k"},"leaseCounter":{"N":"9223372036854775807"}}})");
  ASSERT_TRUE(row.ok());
  EXPECT_EQ((*row)->counter, INT64_MAX);
  EXPECT_EQ((*row)->shard_id, "k");
  EXPECT_EQ((*row)->owner, "");
  EXPECT_EQ((*row)->checkpoint, "");
  EXPECT_FALSE((*row)->first_hash_key.has_value());
}

TEST(lease_responses, a_hash_key_that_is_not_a_number_is_unknown) {
  const Result<std::optional<Lease>> row =
      read_lease(R"({"Attributes":{"leaseKey":{"S":"k"},"leaseCounter":{"N":"1"},"startingHashKey":{"S":"x"},)"
                 R"("endingHashKey":{"S":"340282366920938463463374607431768211455"}}})");
  ASSERT_TRUE(row.ok());
  EXPECT_FALSE((*row)->first_hash_key.has_value());
  EXPECT_EQ((*row)->last_hash_key, kinesis::kLastHashKey);
}

TEST(lease_responses, a_response_without_a_row_has_no_lease) {
  const Result<std::optional<Lease>> row = read_lease("{}");
  ASSERT_TRUE(row.ok());
  EXPECT_FALSE(row->has_value());
}

TEST(lease_responses, a_hostile_row_is_named_in_escaped_form) {
  const Result<LeasePage> page =
      read_scan("{\"Items\":[{\"leaseKey\":{\"S\":\"\\u001b[2J\"},\"entityType\":{\"S\":\"\\u202eX\"}}]}");
  ASSERT_TRUE(page.ok());
  const Status shared = page->kcl3.shared();
  EXPECT_EQ(shared.code(), Code::config);
  EXPECT_EQ(shared.message().find('\x1b'), std::string::npos);
  EXPECT_NE(shared.message().find("\\x1b"), std::string::npos) << shared.message();
}

}  // namespace
}  // namespace penstock::leases
