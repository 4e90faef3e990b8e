// The command "access" of the stages, against the models over HTTP.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "plugin/commands/access_commands.h"
#include "plugin/settings/input_settings.h"
#include "tests/iam/world.h"
#include "tests/model_iam/sts.h"
#include "tests/model_kinesis/server.h"
#include "tests/model_kinesis/unix_now.h"

namespace penstock::iam {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

class access_command : public testing::Test {
 protected:
  void SetUp() override {
    const model::AccessKey key;
    setenv("AWS_ACCESS_KEY_ID", key.id.c_str(), 1);
    setenv("AWS_SECRET_ACCESS_KEY", key.secret.c_str(), 1);
    ASSERT_EQ(kinesis.start(), "");
    ASSERT_EQ(sts_server.start(), "");
    iam.on_key([this](const model::AccessKey&) {
      kinesis.with([&](model::Service& service) { service.set_keys(iam.keys()); });
    });
    kinesis.with([&](model::Service& service) { service.create_stream(kStream, 1); });
  }
  void let(const std::vector<Policy>& policies) {
    iam.add(model::AccessKey{}, {kAccount, "arn:aws:iam::111122223333:user/penstock"}, policies);
  }
  Status run(Status (*command)(const penstock_host&, const plugin::Options&, const plugin::Options&,
                               const plugin::Printer&),
             Given options) {
    text.clear();
    const Given common = {{"endpoint", kinesis.url()}, {"sts_endpoint", sts_server.url()}, {"region", kRegion}};
    options.insert(options.end(), common.begin(), common.end());
    std::vector<penstock_option> list;
    for (const auto& [name, value] : options) list.push_back({bytes(name), bytes(value)});
    const auto print = [](void* ctx, penstock_bytes line) {
      static_cast<access_command*>(ctx)->text.append(view(line)).append("\n");
    };
    return command({}, plugin::Options(plugin::kInputOptions, list.data(), list.size(), sizeof(penstock_option)),
                   plugin::Options({}, nullptr, 0, sizeof(penstock_option)), plugin::Printer(print, this));
  }
  Status read(Given options = {{"stream", kStream}}) {
    options.emplace_back("checkpoint", "memory");
    options.emplace_back("on_failure", "drop");
    return run(plugin::check_reading, std::move(options));
  }
  bool prints(const std::string& part) const { return text.find(part) != std::string::npos; }

  Iam iam;
  model::Server kinesis{{.region = kRegion, .account = kAccount, .authorize = iam.authorizer()}, {}};
  Sts sts{iam, kRegion, model::unix_now_ms};
  model::HttpServer sts_server{{}, [this](const model::Request& request) { return sts.handle(request); }};
  std::string text;
};

TEST_F(access_command, prints_the_identity_and_succeeds_with_the_policy_of_the_mode) {
  let({read_policy("reader-file", "/")});
  const Status status = read();
  EXPECT_TRUE(status.ok()) << status.text();
  EXPECT_EQ(
      text.find("credentials\n  identity  arn:aws:iam::111122223333:user/penstock\n  account   111122223333\n"
                "stream logs\n"),
      0U)
      << text;
  EXPECT_TRUE(prints("  GetRecords             works\n")) << text;
}

TEST_F(access_command, fails_with_the_statements_that_are_missing) {
  let({});
  const Status status = read();
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_TRUE(prints("missing in the policy of this identity:\n")) << text;
}

TEST_F(access_command, prints_the_statement_for_a_role_that_cannot_be_assumed) {
  let({});
  const Status status = read({{"stream", kStream}, {"role_arn", kRoleArn}});
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_TRUE(prints("  GetCallerIdentity  fails: ")) << text;
  EXPECT_TRUE(prints(R"({"Effect":"Allow","Action":["sts:AssumeRole"],"Resource":")" + std::string(kRoleArn)))
      << text;
  kinesis.with([](model::Service& service) { EXPECT_EQ(service.stats().requests, 0U); });
}

TEST_F(access_command, works_with_a_role) {
  iam.add_role({kRoleArn, read_policy("cross-account-trust", "/"), {read_policy("reader-file", "/")}});
  iam.add(model::AccessKey{}, {kOtherAccount, "arn:aws:iam::444455556666:user/penstock"},
          {read_policy("cross-account-caller", "/")});
  const Status status = read({{"stream", kStream}, {"role_arn", kRoleArn}, {"external_id", kExternalId}});
  EXPECT_TRUE(status.ok()) << status.text() << text;
  EXPECT_TRUE(prints("  identity  arn:aws:sts::111122223333:assumed-role/penstock/penstock-")) << text;
}

}  // namespace
}  // namespace penstock::iam
