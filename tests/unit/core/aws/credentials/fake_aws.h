// Services that provide credentials, in virtual time: STS, the instance metadata service, and the agents of
// containers.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "core/aws/credentials/credentials_context.h"
#include "core/aws/endpoint.h"
#include "tests/model_kinesis/amz_time.h"
#include "tests/model_kinesis/signature.h"
#include "tests/sim/sim_env.h"

namespace penstock::aws {

inline constexpr const char* kStsHost = "sts.eu-west-1.amazonaws.com";
inline constexpr const char* kImdsHost = "169.254.169.254";
inline constexpr const char* kEcsHost = "169.254.170.2";

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Each host answers with what the test set for it; an unknown host closes the connection.
class FakeAws : public testing::Test {
 protected:
  using Handler = std::function<model::Reply(const model::Request& request)>;

  static model::Reply reply(int status, std::string body) {
    model::Reply made;
    made.status = status;
    made.body = std::move(body);
    return made;
  }
  std::string keys_json(const std::string& id, int64_t lifetime_ms,
                        const std::string& token_name = "Token") const {
    return R"({"Code":"Success","AccessKeyId":")" + id + R"(","SecretAccessKey":"SECRET-)" + id + R"(",")" +
           token_name + R"(":"TOKEN-)" + id + R"(","Expiration":")" +
           format_rfc3339(clock.unix_ms() + lifetime_ms) + "\"}";
  }
  // As shown in https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
  std::string keys_xml(const std::string& id, int64_t lifetime_ms) const {
    return R"(<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><Arn>arn</Arn><AssumedRoleId>id</AssumedRoleId></AssumedRoleUser><Credentials>
  <AccessKeyId>)" +
           id + "</AccessKeyId>\n  <SecretAccessKey>SECRET-" + id + "</SecretAccessKey>\n  <SessionToken>TOKEN-" +
           id + "+/&amp;=</SessionToken>\n  <Expiration>" + format_rfc3339(clock.unix_ms() + lifetime_ms) +
           "</Expiration>\n</Credentials></AssumeRoleResult></AssumeRoleResponse>";
  }
  static model::Reply sts_error(int status, const std::string& code, const std::string& message) {
    return reply(status, R"(<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender)"
                         "</Type><Code>" +
                             code + "</Code><Message>" + message + "</Message></Error></ErrorResponse>");
  }

  Result<Credentials> find(CredentialsProvider& provider) {
    std::optional<Result<Credentials>> response;
    provider.find([&](Result<Credentials> found) { response = std::move(found); });
    while (!response && sim.transport().calls_under_way() != 0)
      sim.transport().drive(clock.monotonic_ms() + 60'000);
    if (!response) return Status(Code::internal, "PS0000", "not completed");
    return *response;
  }
  // Returns the error, after checking that it contains no secret.
  std::string error(CredentialsProvider& provider) {
    const Result<Credentials> found = find(provider);
    EXPECT_FALSE(found.ok());
    const std::string message = found.status().message();
    for (const char* secret : {"SECRET", "TOKEN-"}) EXPECT_FALSE(has(message, secret)) << message;
    return message;
  }

  std::map<std::string, Handler> hosts;
  std::vector<std::pair<std::string, model::Request>> asked;  // by host
  sim::SimClock clock;
  sim::SimEnv sim{clock,
                  [this](const std::string& host, const model::Request& request) {
                    asked.emplace_back(host, request);
                    const auto found = hosts.find(host);
                    if (found != hosts.end()) return found->second(request);
                    model::Reply closed;
                    closed.wire = model::Wire::closed;
                    return closed;
                  },
                  1};
  ServiceClock service_clock{clock};
  CredentialsContext context = {sim.env(), service_clock, *make_endpoint("sts", "eu-west-1", "", false), 30'000};
};

}  // namespace penstock::aws
