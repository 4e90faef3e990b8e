// The models of IAM and STS.
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/model_iam/iam.h"
#include "tests/model_iam/sts.h"
#include "tests/model_kinesis/test_client.h"

namespace penstock::iam {
namespace {

constexpr const char* kStreamArn = "arn:aws:kinesis:us-east-1:000000000000:stream/in";
constexpr const char* kRoleArn = "arn:aws:iam::000000000000:role/reader";

Policy policy(const std::string& statements) {
  return Policy::parse(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}");
}
Policy allow(const std::string& action, const std::string& resource) {
  return policy(R"({"Sid":"S","Effect":"Allow","Action":")" + action + R"(","Resource":")" + resource + "\"}");
}
Policy allow_to(const std::string& principal, const std::string& action) {
  return policy(R"({"Sid":"S","Effect":"Allow","Principal":)" + principal + R"(,"Action":")" + action +
                R"(","Resource":"*"})");
}

class model_iam : public testing::Test {
 protected:
  void SetUp() override {
    service.create_stream("in", 1);
    iam.on_key([this](const model::AccessKey&) { service.set_keys(iam.keys()); });
  }
  void let(const std::vector<Policy>& policies, const std::string& account = "000000000000") {
    iam.add(model::AccessKey{}, {account, "arn:aws:iam::" + account + ":user/u"}, policies);
  }
  std::string code_of_put(const std::string& stream) {
    const bool is_arn = stream.starts_with("arn:");
    return client
        .call("PutRecord", std::string(is_arn ? R"({"StreamARN":")" : R"({"StreamName":")") + stream +
                               R"(","PartitionKey":"k","Data":"YQ=="})")
        .code();
  }

  int64_t now_ms = 1'700'000'000'000;
  Iam iam;
  model::Service service{{.keys = {}, .authorize = iam.authorizer()}, [this] { return now_ms; }};
  model::TestClient client{[this](model::Request request) { return service.handle(std::move(request)); },
                           [this] { return now_ms; }};
  Sts sts{iam, "us-east-1", [this] { return now_ms; }};
};

TEST_F(model_iam, an_action_that_no_policy_allows_is_denied) {
  let({});
  EXPECT_EQ(code_of_put("in"), "AccessDeniedException");
  let({allow("kinesis:GetRecords", kStreamArn)});
  EXPECT_EQ(code_of_put("in"), "AccessDeniedException");
  let({allow("kinesis:PutRecord", std::string(kStreamArn) + "-other")});
  EXPECT_EQ(code_of_put("in"), "AccessDeniedException");
  let({allow("kinesis:PutRecord", kStreamArn)});
  EXPECT_EQ(code_of_put("in"), "");
  EXPECT_EQ(iam.denied(), (std::set<std::string>{"kinesis:PutRecord"}));
}

TEST_F(model_iam, a_denial_takes_precedence) {
  let({allow("kinesis:*", "*"), policy(R"({"Sid":"D","Effect":"Deny","Action":"kinesis:Put*","Resource":"*"})")});
  EXPECT_EQ(code_of_put("in"), "AccessDeniedException");
}

TEST_F(model_iam, a_stream_of_another_account_needs_both_policies_and_its_arn) {
  const std::string other = "999999999999";
  const Policy to_other = allow_to(R"({"AWS":"arn:aws:iam::999999999999:root"})", "kinesis:PutRecord");
  let({allow("kinesis:PutRecord", kStreamArn)}, other);
  EXPECT_EQ(code_of_put(kStreamArn), "AccessDeniedException");
  iam.set_resource_policy(kStreamArn, to_other);
  EXPECT_EQ(code_of_put(kStreamArn), "");
  EXPECT_EQ(code_of_put("in"), "ResourceNotFoundException");
  let({}, other);
  EXPECT_EQ(code_of_put(kStreamArn), "AccessDeniedException");
  let({});
  iam.set_resource_policy(kStreamArn, allow_to(R"({"AWS":"000000000000"})", "kinesis:PutRecord"));
  EXPECT_EQ(code_of_put(kStreamArn), "") << "in its own account, one of them is enough";
}

TEST_F(model_iam, the_key_of_a_stream_needs_a_permission_of_its_own_but_not_in_a_dry_run) {
  const std::string key = "arn:aws:kms:us-east-1:000000000000:key/k";
  service.stream("in")->kms_key = key;
  let({allow("kinesis:PutRecord", kStreamArn)});
  EXPECT_EQ(code_of_put("in"), "KMSAccessDeniedException");
  EXPECT_EQ(
      client.call("PutRecord", R"({"StreamName":"in","PartitionKey":"k","Data":"YQ==","DryRun":true})").code(),
      "DryRunOperationException");
  let({allow("kinesis:PutRecord", kStreamArn), allow("kms:GenerateDataKey", key)});
  EXPECT_EQ(code_of_put("in"), "");
}

TEST_F(model_iam, a_role_is_assumed_by_whom_its_trust_policy_names) {
  const Principal logs = {.account = "", .arn = "", .service = "logs.amazonaws.com"};
  const std::string trust =
      R"({"Sid":"S","Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"},)"
      R"("Action":"sts:AssumeRole","Condition":{"StringLike":{"aws:SourceArn":"arn:aws:logs:*:1:*"}}})";
  iam.add_role({kRoleArn, policy(trust), {allow("kinesis:PutRecord", kStreamArn)}});
  EXPECT_FALSE(iam.assume(kRoleArn, logs, "s", {}));
  EXPECT_FALSE(iam.assume(kRoleArn, logs, "s", {{"aws:SourceArn", "arn:aws:logs:us-east-1:2:log-group:g"}}));
  EXPECT_FALSE(
      iam.assume(kRoleArn, {"1", "arn:aws:iam::1:user/u"}, "s", {{"aws:SourceArn", "arn:aws:logs:r:1:g"}}));
  const auto key = iam.assume(kRoleArn, logs, "s", {{"aws:SourceArn", "arn:aws:logs:us-east-1:1:log-group:g"}});
  ASSERT_TRUE(key);
  client.key = *key;
  EXPECT_EQ(code_of_put("in"), "");
}

TEST_F(model_iam, a_policy_with_an_element_that_is_not_implemented_is_rejected) {
  for (
      const char* statement :
      {R"({"Effect":"Allow","NotAction":"kinesis:*","Resource":"*"})",
       R"({"Effect":"Allow","Action":"kinesis:*"})", R"({"Effect":"Maybe","Action":"a","Resource":"*"})",
       R"({"Effect":"Allow","Action":"a","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}})"})
    EXPECT_THROW(policy(statement), std::invalid_argument) << statement;
}

TEST(model_iam_patterns, match_like_those_of_iam) {
  EXPECT_TRUE(matches("kinesis:Get*", "kinesis:GetRecords"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("a*c*e", "abcde"));
  EXPECT_TRUE(matches("a?c", "abc"));
  EXPECT_FALSE(matches("a?c", "ac"));
  EXPECT_FALSE(matches("kinesis:Get*", "kinesis:PutRecords"));
  EXPECT_FALSE(matches("a*b", "abc"));
}

}  // namespace
}  // namespace penstock::iam
