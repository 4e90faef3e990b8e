// Credentials of roles, assumed with a web identity or with other credentials.
#include <gtest/gtest.h>

#include "core/aws/credentials/credentials_assume_role.h"
#include "core/aws/credentials/credentials_environment.h"
#include "core/aws/credentials/credentials_web_identity.h"
#include "tests/unit/core/aws/credentials/fake_aws.h"

namespace penstock::aws {
namespace {

constexpr int64_t kHourMs = 3'600'000;
constexpr const char* kRole = "arn:aws:iam::111122223333:role/reader";

class web_identity : public FakeAws {
 protected:
  web_identity() {
    sim.variables() = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}, {"AWS_ROLE_ARN", kRole}};
    sim.files().put("/token", "aaa.bbb.ccc\n");
    hosts[kStsHost] = [this](const model::Request&) { return reply(200, keys_xml("ASIA1", kHourMs)); };
  }
  Result<Credentials> get() {
    WebIdentityCredentials provider(context, web_identity_of_environment(sim.env()));
    return find(provider);
  }
  std::string get_error() {
    WebIdentityCredentials provider(context, web_identity_of_environment(sim.env()));
    return error(provider);
  }
};

TEST_F(web_identity, a_web_identity_token_is_exchanged_at_the_regions_sts_without_a_signature) {
  const Result<Credentials> keys = get();
  ASSERT_TRUE(keys.ok()) << keys.status().message();
  EXPECT_EQ(keys->access_key_id, "ASIA1");
  EXPECT_EQ(keys->secret_access_key, "SECRET-ASIA1");
  EXPECT_EQ(keys->session_token, "TOKEN-ASIA1+/&=");
  EXPECT_NEAR(static_cast<double>(keys->expires_at_ms), static_cast<double>(clock.unix_ms() + kHourMs), 100);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].first, kStsHost);
  const model::Request& request = asked[0].second;
  EXPECT_EQ(request.method, "POST");
  EXPECT_TRUE(
      request.body.starts_with("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam"
                               "%3A%3A111122223333%3Arole%2Freader&RoleSessionName=penstock-"))
      << request.body;
  EXPECT_TRUE(request.body.ends_with("&WebIdentityToken=aaa.bbb.ccc")) << request.body;
  EXPECT_EQ(model::header(request.headers, "authorization"), "");
  EXPECT_EQ(model::header(request.headers, "content-type"), "application/x-www-form-urlencoded; charset=utf-8");
}

TEST_F(web_identity, a_web_identity_session_has_the_name_from_the_environment) {
  sim.variables()["AWS_ROLE_SESSION_NAME"] = "pod@a";
  ASSERT_TRUE(get().ok());
  EXPECT_TRUE(has(asked[0].second.body, "&RoleSessionName=pod%40a&")) << asked[0].second.body;
}

TEST_F(web_identity, a_web_identity_token_file_is_read_every_time) {
  ASSERT_TRUE(get().ok());
  sim.files().put("/token", "ddd.eee.fff");
  ASSERT_TRUE(get().ok());
  EXPECT_TRUE(asked[1].second.body.ends_with("=ddd.eee.fff"));
}

TEST_F(web_identity, a_web_identity_without_a_role_is_an_error) {
  sim.variables().erase("AWS_ROLE_ARN");
  EXPECT_TRUE(has(get_error(), "but no role; set AWS_ROLE_ARN, or role_arn in the profile"));
  EXPECT_EQ(get().status().code(), Code::credentials);
}

TEST_F(web_identity, an_invalid_web_identity_token_file_is_named_and_no_call_is_made) {
  sim.variables()["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/none";
  EXPECT_TRUE(has(get_error(), "web identity: token file /none: "));
  sim.variables()["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token";
  sim.files().put("/token", " \n");
  EXPECT_TRUE(has(get_error(), "token file /token is empty; it may be in the middle of being replaced"));
  sim.files().put("/token", "SECRET\r\nX: y");
  EXPECT_TRUE(has(get_error(), "token file /token contains white space"));
  EXPECT_TRUE(asked.empty());
}

TEST_F(web_identity, a_web_identity_token_may_have_64_kib) {
  sim.files().put("/token", std::string(64 << 10, 't'));
  EXPECT_TRUE(get().ok());
  sim.files().put("/token", std::string((64 << 10) + 1, 't'));
  EXPECT_FALSE(get().ok());
}

TEST_F(web_identity, an_sts_error_is_reported_with_code_message_and_class) {
  const auto rejected = [&](int status, const std::string& code) {
    hosts[kStsHost] = [=](const model::Request&) { return sts_error(status, code, "why &lt;it&gt; is"); };
    return get().status();
  };
  const Status denied = rejected(403, "AccessDenied");
  EXPECT_EQ(denied.code(), Code::permanent);
  EXPECT_EQ(denied.message(),
            std::string("web identity, role ") + kRole + ": AssumeRoleWithWebIdentity: AccessDenied: why <it> is");
  EXPECT_EQ(rejected(400, "ExpiredTokenException").code(), Code::credentials);
  EXPECT_EQ(rejected(400, "IDPCommunicationError").code(), Code::transient);
  EXPECT_EQ(rejected(400, "Throttling").code(), Code::throttled);
  EXPECT_EQ(rejected(503, "").code(), Code::transient);
}

TEST_F(web_identity, truncated_and_foreign_sts_responses_are_errors) {
  const std::string whole = keys_xml("ASIA1", kHourMs);
  for (size_t size = 0; size < whole.find("</Credentials>"); size += 7) {
    hosts[kStsHost] = [&](const model::Request&) { return reply(200, whole.substr(0, size)); };
    EXPECT_TRUE(has(get_error(), "unexpected response: it has no element Credentials")) << size;
  }
  hosts[kStsHost] = [&](const model::Request&) { return reply(200, "<Credentials></Credentials>"); };
  EXPECT_TRUE(has(get_error(), "missing AccessKeyId and SecretAccessKey"));
  hosts.erase(kStsHost);
  EXPECT_TRUE(has(get_error(), "the connection was closed"));
}

TEST_F(web_identity, a_clock_that_makes_new_credentials_look_expired_is_corrected) {
  clock.set_wall_error_ms(5 * kHourMs);
  hosts[kStsHost] = [this](const model::Request&) {
    model::Reply response = reply(200, keys_xml("ASIA1", kHourMs));
    response.headers.emplace_back("Date", model::http_date(clock.unix_ms()));
    return response;
  };
  ASSERT_TRUE(get().ok());
  EXPECT_NEAR(static_cast<double>(service_clock.now_ms()), static_cast<double>(clock.unix_ms()), 2000);
}

class assume_role : public FakeAws {
 protected:
  assume_role() {
    hosts[kStsHost] = [this](const model::Request& request) {
      const auto error =
          model::check_signature(request, {model::AccessKey{}}, "eu-west-1", "sts", clock.unix_ms());
      if (error) return sts_error(error->status, error->code, error->message);
      return reply(200, keys_xml("ASIA1", kHourMs));
    };
  }
  std::unique_ptr<CredentialsProvider> provider(const Role& role) {
    return std::make_unique<AssumeRoleCredentials>(context, role,
                                                   std::make_unique<EnvironmentCredentials>(sim.env()));
  }
};

TEST_F(assume_role, an_assume_role_request_is_signed_with_the_source_credentials) {
  const Result<Credentials> keys = find(*provider({kRole, "session", "x/y z", "900"}));
  ASSERT_TRUE(keys.ok()) << keys.status().message();
  EXPECT_EQ(keys->access_key_id, "ASIA1");
  EXPECT_EQ(keys->source, std::string("role ") + kRole + ", assumed with environment");
  EXPECT_EQ(asked[0].second.body,
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Freader&"
            "RoleSessionName=session&DurationSeconds=900&ExternalId=x%2Fy%20z");
}

TEST_F(assume_role, assume_role_without_source_credentials_is_an_error_and_makes_no_call) {
  sim.variables().clear();
  const std::string message = error(*provider({kRole, "", "", ""}));
  EXPECT_EQ(message, std::string("cannot assume role ") + kRole + ": environment: AWS_ACCESS_KEY_ID is not set");
  EXPECT_TRUE(asked.empty());
}

TEST_F(assume_role, assume_role_corrects_a_wrong_clock_and_retries) {
  clock.set_wall_error_ms(-2 * kHourMs);
  hosts[kStsHost] = [this](const model::Request& request) {
    const auto error = model::check_signature(request, {model::AccessKey{}}, "eu-west-1", "sts", clock.unix_ms());
    if (!error) return reply(200, keys_xml("ASIA1", kHourMs));
    model::Reply response = sts_error(403, "SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2");
    response.headers.emplace_back("Date", model::http_date(clock.unix_ms()));
    return response;
  };
  const auto made = provider({kRole, "", "", ""});
  EXPECT_EQ(find(*made).status().code(), Code::clock_skew);
  EXPECT_TRUE(find(*made).ok());
}

TEST_F(assume_role, a_silent_sts_ends_assume_role_at_the_timeout) {
  hosts[kStsHost] = [this](const model::Request&) {
    model::Reply late = reply(200, keys_xml("ASIA1", kHourMs));
    late.delay_ms = 30'001;
    return late;
  };
  const int64_t start_ms = clock.monotonic_ms();
  EXPECT_EQ(find(*provider({kRole, "", "", ""})).status().code(), Code::transient);
  EXPECT_EQ(clock.monotonic_ms() - start_ms, 30'000);
}

}  // namespace
}  // namespace penstock::aws
