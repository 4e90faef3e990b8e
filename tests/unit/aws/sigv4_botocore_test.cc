// Whole PutRecords calls of ours, signed once more by botocore and held against its model of the service.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "core/aws/credentials_environment.h"
#include "core/aws/sigv4.h"
#include "core/base/json.h"
#include "core/kinesis/client.h"
#include "core/kinesis/put_records.h"
#include "tests/unit/aws/fake_env.h"

namespace penstock {
namespace {

constexpr int kCalls = 200;
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
  begin_put_records(body);
  const size_t records = 1 + up_to(random, 20);
  for (size_t i = 0; i < records; ++i) {
    std::string data;
    for (size_t left = up_to(random, 300); left > 0; --left) data += static_cast<char>(random());
    append_put_record(body, data, random_key(random));
  }
  end_put_records(body, random_text(random, 1 + up_to(random, 127), "abcXYZ019_.-"));
  return body;
}

// What our client would send at that moment with those keys.
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
  KinesisClient client(fake.env, endpoint, credentials, clock, 1000);
  client.call("PutRecords", random_body(random), 1 << 20, [](const Result<ServiceAnswer>&) {});

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

TEST(sigv4_botocore, put_records_calls_are_valid_and_signed_as_botocore_does) {
  if (std::system((kScript + " probe >/dev/null 2>&1").c_str()) != 0)
    GTEST_SKIP() << "no botocore for /usr/bin/python3 (Debian: python3-botocore)";
  std::string folder = (std::filesystem::temp_directory_path() / "penstock-test-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);

  Generator random(20260102);
  std::vector<Call> calls;
  calls.reserve(kCalls);
  for (int i = 0; i < kCalls; ++i) calls.push_back(random_call(random));
  {
    std::ofstream questions(folder + "/questions");
    for (const Call& call : calls) questions << call.question << '\n';
  }
  EXPECT_EQ(std::system((kScript + " <" + folder + "/questions >" + folder + "/answers").c_str()), 0);
  std::ifstream answers(folder + "/answers");
  for (const Call& call : calls) {
    std::string answer;
    ASSERT_TRUE(std::getline(answers, answer));
    EXPECT_EQ(call.authorization, answer) << call.question;
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace penstock
