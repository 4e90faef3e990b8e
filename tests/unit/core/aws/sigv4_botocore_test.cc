// Requests that we sign are signed again by botocore. PutRecords calls are also validated against its model of the
// service.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>

#include "base/crypto.h"
#include "base/json_writer.h"
#include "core/aws/credentials/credentials_environment.h"
#include "core/aws/service_client.h"
#include "core/aws/sigv4.h"
#include "core/kinesis/put_records.h"
#include "tests/unit/core/fake_env.h"

namespace penstock::aws {
namespace {

constexpr int kCalls = 200;
constexpr int kRequests = 1000;
const std::string kScript = std::string("/usr/bin/python3 -I -B '") + PENSTOCK_BOTOCORE_SIGN + "'";

using Generator = std::mt19937_64;

size_t up_to(Generator& random, size_t most) { return random() % (most + 1); }

std::string random_text(Generator& random, size_t size, std::string_view alphabet) {
  std::string out;
  while (out.size() < size) out += alphabet[up_to(random, alphabet.size() - 1)];
  return out;
}

std::string random_key(Generator& random) {
  std::string key;
  const size_t characters = 1 + up_to(random, 30);
  for (size_t i = 0; i < characters; ++i) {
    static constexpr std::string_view kCharacters[] = {"a", "Z",  "\"",       "\\",
                                                       "/", "\n", "\xc3\xa9", "\xf0\x9f\x98\x80"};
    key += kCharacters[up_to(random, std::size(kCharacters) - 1)];
  }
  return key;
}

std::string random_body(Generator& random) {
  std::string body;
  kinesis::begin_put_records(body);
  const size_t records = 1 + up_to(random, 20);
  for (size_t i = 0; i < records; ++i) {
    std::string data;
    for (size_t left = up_to(random, 300); left > 0; --left) data += static_cast<char>(random());
    kinesis::append_put_record(body, data, random_key(random));
  }
  kinesis::end_put_records(body, random_text(random, 1 + up_to(random, 127), "abcXYZ019_.-"));
  return body;
}

// What our client would send at that time with those credentials.
struct Call {
  std::string question;       // to the script
  std::string authorization;  // ours
};

Call random_call(Generator& random) {
  constexpr std::string_view kSecretCharacters = "abcXYZ019+/=";
  FakeEnv fake;
  fake.clock.now_ms = static_cast<int64_t>(up_to(random, 4'000'000'000'000));
  fake.variables["AWS_ACCESS_KEY_ID"] = "AKID" + random_text(random, 16, "ABC019");
  fake.variables["AWS_SECRET_ACCESS_KEY"] = random_text(random, 1 + up_to(random, 60), kSecretCharacters);
  if (up_to(random, 1) == 0)
    fake.variables["AWS_SESSION_TOKEN"] = random_text(random, 1 + up_to(random, 900), kSecretCharacters);
  const std::string region = up_to(random, 1) == 0 ? "eu-west-1" : "cn-north-1";
  const std::string url = up_to(random, 1) == 0 ? "" : "https://example.com:8443";
  const Endpoint endpoint = *make_endpoint("kinesis", region, url, false);
  ServiceClock clock(fake.clock);
  CredentialsCache credentials(fake.env, clock, std::make_unique<EnvironmentCredentials>(fake.env));
  CallMetrics metrics;
  ServiceClient client(fake.env, kKinesisProtocol, endpoint, credentials, clock, metrics, 1000);
  client.call("PutRecords", random_body(random), 1 << 20, [](const Result<ServiceResponse>&) {});

  Call call;
  const HttpRequest& request = fake.transport.requests.at(0);
  for (const auto& [name, value] : request.headers)
    if (name == "Authorization") call.authorization = value;
  const auto add = [&](std::string_view name, const std::string& value) {
    call.question += call.question.empty() ? "{" : ",";
    append_json_string(call.question, name);
    call.question += ':';
    append_json_string(call.question, value);
  };
  add("date_time", sigv4::amz_date(fake.clock.now_ms));
  add("region", region);
  add("host", endpoint.host);
  add("access_key_id", fake.variables["AWS_ACCESS_KEY_ID"]);
  add("secret_access_key", fake.variables["AWS_SECRET_ACCESS_KEY"]);
  add("session_token", fake.variables["AWS_SESSION_TOKEN"]);
  add("body", request.body);
  call.question += '}';
  return call;
}

// Returns a random valid request, with any characters in its path, query and headers. Within names and values of
// the query, = and & are encoded: botocore signs others as they are, and no two implementations agree on them.
Call random_request(Generator& random) {
  static constexpr std::string_view kMethods[] = {"GET", "PUT", "POST", "DELETE", "HEAD"};
  static constexpr std::string_view kPathPieces[] = {"/",     "//",   "/.",      "/..", "/a",
                                                     "/-_.~", "/%20", "/%C3%A9", "/+",  "/A1"};
  static constexpr std::string_view kQueryPieces[] = {"a",   "b",   "A",   "1",      "%20",
                                                      "%2F", "%3D", "%26", "%C3%A9", "-_.~"};
  static constexpr std::string_view kValuePieces[] = {" ",  "  ", "\t", "a", "Z", "\xc3\xa9", "\xe4\xb8\xad",
                                                      "\"", ",",  ":",  "=", "1"};
  const auto pieces = [&](std::span<const std::string_view> from, size_t most) {
    std::string text;
    for (size_t left = up_to(random, most); left > 0; --left) text += from[up_to(random, from.size() - 1)];
    return text;
  };
  const Credentials keys = {
      "AKID" + random_text(random, 16, "ABC019"), random_text(random, 40, "abcXYZ019+/="),
      up_to(random, 1) == 0 ? "" : random_text(random, 1 + up_to(random, 900), "abcXYZ019+/="), kNever, ""};
  const std::string method(kMethods[up_to(random, std::size(kMethods) - 1)]);
  const std::string path = "/" + pieces(kPathPieces, 6);
  std::string query;
  for (size_t i = up_to(random, 4); i > 0; --i)
    query.append(query.empty() ? "" : "&").append("a" + pieces(kQueryPieces, 3) + "=" + pieces(kQueryPieces, 3));
  const std::string body = pieces(kValuePieces, 30);
  const std::string date_time = sigv4::amz_date(static_cast<int64_t>(up_to(random, 4'000'000'000'000)));
  const sigv4::Scope scope = {date_time, "eu-west-1", random_text(random, 1 + up_to(random, 12), "abcxyz")};

  const std::string hash = hex(sha256(body));
  sigv4::Request request = {method, path, query, {}, hash};
  Call call;
  const auto add = [&](std::string_view name, const std::string& value) {
    call.question += call.question.empty() || call.question.ends_with('{') ? "" : ",";
    append_json_string(call.question, name);
    call.question += ':';
    append_json_string(call.question, value);
  };
  call.question = "{\"headers\":{";
  for (size_t i = up_to(random, 5); i > 0; --i) {
    const std::string name = "X-" + std::to_string(i) + random_text(random, up_to(random, 10), "abcXYZ-_019");
    request.headers.emplace_back(name, pieces(kValuePieces, 12));
    add(name, request.headers.back().second);
  }
  call.question += '}';
  add("method", method);
  add("path_and_query", query.empty() ? path : path + "?" + query);
  add("service", scope.service);
  add("body", body);
  add("date_time", date_time);
  add("region", scope.region);
  add("host", "example.com:8443");
  add("access_key_id", keys.access_key_id);
  add("secret_access_key", keys.secret_access_key);
  add("session_token", keys.session_token);
  call.question += '}';
  request.headers.emplace_back("Host", "example.com:8443");
  request.headers.emplace_back("X-Amz-Date", date_time);
  if (!keys.session_token.empty()) request.headers.emplace_back("X-Amz-Security-Token", keys.session_token);
  sigv4::SigningKey key;
  call.authorization = sigv4::authorization(keys, scope, request, key);
  return call;
}

void expect_botocore_agrees(const std::vector<Call>& calls) {
  if (std::system((kScript + " probe >/dev/null 2>&1").c_str()) != 0)
    GTEST_SKIP() << "no botocore for /usr/bin/python3 (Debian: python3-botocore)";
  std::string folder = (std::filesystem::temp_directory_path() / "penstock-test-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  {
    std::ofstream questions(folder + "/questions");
    for (const Call& call : calls) questions << call.question << '\n';
  }
  EXPECT_EQ(std::system((kScript + " <" + folder + "/questions >" + folder + "/answers").c_str()), 0);
  std::ifstream responses(folder + "/answers");
  for (const Call& call : calls) {
    std::string response;
    ASSERT_TRUE(std::getline(responses, response));
    EXPECT_EQ(call.authorization, response) << call.question;
  }
  std::filesystem::remove_all(folder);
}

TEST(sigv4_botocore, put_records_requests_are_valid_and_signed_as_in_botocore) {
  Generator random(20260102);
  std::vector<Call> calls;
  for (int i = 0; i < kCalls; ++i) calls.push_back(random_call(random));
  expect_botocore_agrees(calls);
}

TEST(sigv4_botocore, any_request_is_signed_as_in_botocore) {
  Generator random(20260103);
  std::vector<Call> calls;
  for (int i = 0; i < kRequests; ++i) calls.push_back(random_request(random));
  expect_botocore_agrees(calls);
}

}  // namespace
}  // namespace penstock::aws
