// Credentials from a machine's own services: of containers, and of EC2 instances.
#include <gtest/gtest.h>

#include "core/aws/credentials/credentials_container.h"
#include "core/aws/credentials/credentials_imds.h"
#include "tests/unit/core/aws/credentials/fake_aws.h"

namespace penstock::aws {
namespace {

constexpr int64_t kHourMs = 3'600'000;

class container_credentials : public FakeAws {
 protected:
  container_credentials() {
    sim.variables() = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/uuid?a=b"}};
    hosts[kEcsHost] = [this](const model::Request&) { return reply(200, keys_json("ASIA1", kHourMs)); };
  }
  ContainerCredentials provider{sim.env()};
};

TEST_F(container_credentials, container_credentials_of_an_ecs_task_come_from_its_agent) {
  const Result<Credentials> keys = find(provider);
  ASSERT_TRUE(keys.ok()) << keys.status().message();
  EXPECT_EQ(keys->access_key_id, "ASIA1");
  EXPECT_EQ(keys->session_token, "TOKEN-ASIA1");
  EXPECT_EQ(asked[0].first, kEcsHost);
  EXPECT_EQ(asked[0].second.method, "GET");
  EXPECT_EQ(asked[0].second.path, "/v2/credentials/uuid?a=b");
  EXPECT_EQ(model::header(asked[0].second.headers, "authorization"), "");
}

TEST_F(container_credentials, container_credentials_of_an_eks_pod_use_a_token_file_that_is_read_every_time) {
  sim.variables() = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"},
                     {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "TOKEN-of-variable"},
                     {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token"}};
  hosts["169.254.170.23"] = hosts[kEcsHost];
  sim.files().put("/token", "one\n");
  ASSERT_TRUE(find(provider).ok());
  sim.files().put("/token", "two");
  ASSERT_TRUE(find(provider).ok());
  EXPECT_EQ(asked[0].second.path, "/v1/credentials");
  EXPECT_EQ(model::header(asked[0].second.headers, "authorization"), "one");
  EXPECT_EQ(model::header(asked[1].second.headers, "authorization"), "two");
  sim.variables().erase("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  ASSERT_TRUE(find(provider).ok());
  EXPECT_EQ(model::header(asked[2].second.headers, "authorization"), "TOKEN-of-variable");
}

TEST_F(container_credentials, container_credentials_are_not_configured_without_either_variable) {
  sim.variables().clear();
  const Status status = find(provider).status();
  EXPECT_EQ(status.code(), Code::not_found);
  EXPECT_TRUE(has(status.message(), "AWS_CONTAINER_CREDENTIALS_FULL_URI")) << status.message();
  EXPECT_TRUE(asked.empty());
}

TEST_F(container_credentials, a_partly_written_container_token_file_is_an_error) {
  sim.variables()["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token";
  sim.files().put("/token", "");
  EXPECT_TRUE(has(error(provider), "container: token file /token is empty"));
  EXPECT_TRUE(asked.empty());
}

TEST_F(container_credentials, a_container_agents_error_is_reported_with_its_message) {
  hosts[kEcsHost] = [](const model::Request&) {
    return reply(404, R"({"code":"InvalidIdInRequest","message":"CredentialsV2Request: Credentials not found"})");
  };
  EXPECT_EQ(error(provider),
            "container: the credentials endpoint returned HTTP 404: InvalidIdInRequest: CredentialsV2Request: "
            "Credentials not found");
  hosts[kEcsHost] = [](const model::Request&) { return reply(500, "SECRET"); };
  EXPECT_EQ(error(provider), "container: the credentials endpoint returned HTTP 500");
  EXPECT_EQ(find(provider).status().code(), Code::transient);
  hosts[kEcsHost] = [](const model::Request&) { return reply(302, ""); };
  EXPECT_EQ(error(provider), "container: the credentials endpoint returned HTTP 302")
      << "a redirect is not followed";
}

TEST_F(container_credentials, a_response_of_a_container_agent_truncated_anywhere_is_an_error) {
  const std::string whole = keys_json("ASIA1", kHourMs);
  for (size_t size = 0; size < whole.size(); ++size) {
    hosts[kEcsHost] = [&](const model::Request&) { return reply(200, whole.substr(0, size)); };
    EXPECT_EQ(error(provider), "container: unexpected response: it is not a JSON object") << size;
  }
}

TEST_F(container_credentials, a_container_response_without_a_key_or_with_an_invalid_time_is_an_error) {
  hosts[kEcsHost] = [](const model::Request&) {
    return reply(200, R"({"AccessKeyId":"A","x":[{"SecretAccessKey":"S"}]})");
  };
  EXPECT_EQ(error(provider), "container: missing SecretAccessKey; both keys are required");
  hosts[kEcsHost] = [](const model::Request&) {
    return reply(200, R"({"AccessKeyId":"A","SecretAccessKey":"S","Expiration":"soon"})");
  };
  EXPECT_TRUE(has(error(provider), "invalid Expiration 'soon': expected a time"));
  hosts[kEcsHost] = [](const model::Request&) {
    return reply(200, R"({"AccessKeyId":"A","SecretAccessKey":"S\r\nX: y"})");
  };
  EXPECT_TRUE(has(error(provider), "invalid SecretAccessKey: it contains white space"));
}

TEST_F(container_credentials, expiration_is_read_in_every_known_form) {
  const auto expires = [this](const std::string& text) {
    hosts[kEcsHost] = [&](const model::Request&) {
      return reply(200, R"({"AccessKeyId":"A","SecretAccessKey":"S","Expiration":")" + text + "\"}");
    };
    const Result<Credentials> found = find(provider);
    return found.ok() ? found->expires_at_ms : 0;
  };
  for (const char* text :
       {"2033-05-18T03:33:20Z", "2033-05-18T03:33:20z", "2033-05-18t03:33:20Z", "2033-05-18 03:33:20Z",
        "2033-05-18T03:33:20+0000", "2033-05-18T03:33:20+00:00", "2033-05-18T03:33:20+00",
        "2033-05-18 03:33:20 +0000", "2033-05-18 03:33:20 UTC", "2033-05-18T03:33:20.000000Z",
        "2033-05-18T04:33:20+0100", "2033-05-17T23:03:20-0430", "Wed, 18 May 2033 03:33:20 GMT",
        "Wed, 18 May 2033 03:33:20 +0000", "Wed, 18 May 2033 03:33:20 UTC", "Wed, 18 May 2033 05:33:20 +0200",
        "18 May 2033 03:33:20 GMT", "Wednesday, 18-May-33 03:33:20 GMT", " 2033-05-18T03:33:20Z "})
    EXPECT_EQ(expires(text), 2'000'000'000'000) << text;
  EXPECT_EQ(expires("2033-05-18 03:33:20.123+0000"), 2'000'000'000'123);
  EXPECT_EQ(expires("Sun, 1 May 2033 03:33:20 GMT"), 2'000'000'000'000 - 17 * 86'400'000LL);
  for (const char* text :
       {"2033-05-18T03:33:20", "2033-05-18", "2033-05-18T03:33:20+00000", "2033-05-18T03:33:20 EST",
        "2033-05-18T03:33:20.Z", "2033-05-18T24:00:00Z", "2000000000", "Wed, 18 May 2033 03:33:20 CET",
        "Wed, 18 May 2033 03:33:20", "Wed May 18 03:33:20 2033", "Wed, 18 ayJ 2033 03:33:20 GMT",
        "Wed, 31 Jun 2033 03:33:20 GMT", "Wed, 18 May 2033", "18 May", ",", "-", "Wed, 1 8 May 2033 03:33:20 GMT"})
    EXPECT_EQ(expires(text), 0) << text;
}

TEST_F(container_credentials, a_container_response_may_have_64_kib) {
  std::string body = keys_json("ASIA1", kHourMs);
  body.append((64 << 10) - body.size(), ' ');
  hosts[kEcsHost] = [&](const model::Request&) { return reply(200, body); };
  EXPECT_TRUE(find(provider).ok());
  body += ' ';
  EXPECT_TRUE(has(error(provider), "larger than 65536 bytes"));
}

TEST_F(container_credentials, a_container_response_may_take_one_second) {
  sim.transport().set_latency_ms(0, 0);
  int64_t delay_ms = 1000;
  hosts[kEcsHost] = [&](const model::Request&) {
    model::Reply slow = reply(200, keys_json("ASIA1", kHourMs));
    slow.delay_ms = delay_ms;
    return slow;
  };
  EXPECT_TRUE(find(provider).ok());
  delay_ms = 1001;
  const int64_t start_ms = clock.monotonic_ms();
  EXPECT_TRUE(has(error(provider), "container: timed out"));
  EXPECT_EQ(clock.monotonic_ms() - start_ms, 1000);
}

class imds_credentials : public FakeAws {
 protected:
  imds_credentials() {
    sim.variables().clear();
    hosts[kImdsHost] = [this](const model::Request& request) { return serve(request); };
  }
  model::Reply serve(const model::Request& request) {
    if (request.path == "/latest/api/token") {
      EXPECT_EQ(request.method, "PUT");
      EXPECT_NE(model::header(request.headers, "x-aws-ec2-metadata-token-ttl-seconds"), "");
      return token_status == 200 ? reply(200, "TOKEN-imds") : reply(token_status, "");
    }
    const std::string_view token = model::header(request.headers, "x-aws-ec2-metadata-token");
    if (token != "TOKEN-imds" && !serves_v1) return reply(401, "");
    EXPECT_EQ(request.method, "GET");
    if (request.path == kPath) return role.empty() ? reply(404, "") : reply(200, role);
    if (request.path == kPath + role) return reply(200, keys);
    return reply(404, "");
  }

  const std::string kPath = "/latest/meta-data/iam/security-credentials/";
  int token_status = 200;
  bool serves_v1 = false;
  std::string role = "worker";
  std::string keys = keys_json("ASIA1", 6 * kHourMs);
};

TEST_F(imds_credentials, instance_credentials_are_requested_with_a_token) {
  ImdsCredentials provider(context);
  const Result<Credentials> found = find(provider);
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_EQ(found->access_key_id, "ASIA1");
  EXPECT_EQ(found->session_token, "TOKEN-ASIA1");
  EXPECT_EQ(found->source, "instance metadata, role worker");
}

TEST_F(imds_credentials, imds_version_1_is_used_only_on_request_and_without_token_support) {
  serves_v1 = true;
  for (const int status : {403, 404, 405}) {
    token_status = status;
    context.imds_v1_fallback = false;
    ImdsCredentials strict(context);
    asked.clear();
    EXPECT_EQ(has(error(strict), "set imds_v1_fallback on"), status != 403);
    EXPECT_EQ(has(error(strict), "instance metadata is turned off"), status == 403);
    for (const auto& [host, request] : asked) EXPECT_EQ(request.method, "PUT") << "nothing else was called";
    context.imds_v1_fallback = true;
    ImdsCredentials lenient(context);
    EXPECT_TRUE(find(lenient).ok()) << status;
  }
  for (const int status : {400, 401, 500}) {
    token_status = status;
    ImdsCredentials lenient(context);
    EXPECT_TRUE(has(error(lenient), "token request: HTTP " + std::to_string(status)));
  }
}

TEST_F(imds_credentials, disabled_imds_is_not_called) {
  sim.variables()["AWS_EC2_METADATA_DISABLED"] = "TRUE";
  ImdsCredentials provider(context);
  EXPECT_EQ(error(provider), "instance metadata: turned off by AWS_EC2_METADATA_DISABLED");
  EXPECT_TRUE(asked.empty());
}

TEST_F(imds_credentials, instance_credentials_are_requested_at_the_endpoint_from_the_environment) {
  sim.variables()["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv6";
  hosts["[fd00:ec2::254]"] = hosts[kImdsHost];
  ImdsCredentials six(context);
  EXPECT_TRUE(find(six).ok());
  EXPECT_EQ(asked[0].first, "[fd00:ec2::254]");
  sim.variables()["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:8080/";
  hosts["127.0.0.1:8080"] = hosts[kImdsHost];
  asked.clear();
  ImdsCredentials elsewhere(context);
  EXPECT_TRUE(find(elsewhere).ok());
  EXPECT_EQ(asked[0].first, "127.0.0.1:8080");
}

TEST_F(imds_credentials, a_missing_instance_a_missing_role_and_hostile_names_have_their_own_errors) {
  ImdsCredentials provider(context);
  role = "";
  EXPECT_EQ(error(provider), "instance metadata: the instance has no role; attach an instance profile to it");
  for (const char* name : {"../../user-data", "a b", "a\x1b[2J", "a/b"}) {
    role = name;
    EXPECT_TRUE(has(error(provider), "is not a role name")) << name;
  }
  role = "worker";
  keys = R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role"})";
  EXPECT_EQ(error(provider),
            "instance metadata, role worker: AssumeRoleUnauthorizedAccess: EC2 cannot assume the role");
  hosts.clear();
  EXPECT_TRUE(has(error(provider), "instance metadata: the connection was closed"));
}

TEST_F(imds_credentials, expired_instance_credentials_are_used_and_requested_again_after_minutes) {
  keys = keys_json("ASIA1", -1000);
  ImdsCredentials provider(context);
  const Result<Credentials> found = find(provider);
  ASSERT_TRUE(found.ok());
  EXPECT_GE(found->expires_at_ms, clock.unix_ms() + 600'000);
  EXPECT_LE(found->expires_at_ms, clock.unix_ms() + 900'000);
  EXPECT_TRUE(sim.logged("returns credentials that have expired"));
  keys = keys_json("ASIA1", kHourMs);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(find(provider).ok());
  const auto& log = sim.log();
  EXPECT_EQ(std::count_if(log.begin(), log.end(),
                          [](const auto& line) {
                            return line.text == "instance metadata, role worker: returns valid credentials again";
                          }),
            1);
}

}  // namespace
}  // namespace penstock::aws
