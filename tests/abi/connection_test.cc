// How the stages that call Kinesis find region, endpoints and credentials, through the ABI.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include "tests/abi/library.h"
#include "tests/unit/core/posix/loopback_server.h"

namespace penstock::abi {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Sets environment variables and restores them in the destructor.
class Environment {
 public:
  ~Environment() {
    for (const auto& [name, value] : before_)
      value.empty() ? unsetenv(name.c_str()) : setenv(name.c_str(), value.c_str(), 1);
  }
  void set(const std::string& name, const std::string& value) {
    const char* was = getenv(name.c_str());
    before_.emplace(name, was == nullptr ? "" : was);
    value.empty() ? unsetenv(name.c_str()) : setenv(name.c_str(), value.c_str(), 1);
  }

 private:
  std::map<std::string, std::string> before_;
};

constexpr char kRole[] = "arn:aws:iam::123456789012:role/other";

class connection : public testing::Test {
 protected:
  connection() {
    module();  // which sets credentials
    std::string folder = (std::filesystem::temp_directory_path() / "penstock-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
                             "AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_KINESIS",
                             "AWS_ENDPOINT_URL_STS", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
                             "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"})
      environment_.set(name, "");
    environment_.set("AWS_EC2_METADATA_DISABLED", "true");
    environment_.set("no_proxy", "*");
    environment_.set("AWS_CONFIG_FILE", folder_ + "/config");
    environment_.set("AWS_SHARED_CREDENTIALS_FILE", folder_ + "/credentials");
  }
  ~connection() override { std::filesystem::remove_all(folder_); }

  // Returns the options of the output with these changes; "" removes an option.
  static Options options(const std::map<std::string, std::string>& changes) {
    Options list = working_options(kinesis_output());
    for (const auto& [key, value] : changes) {
      std::erase_if(list, [&name = key](const auto& option) { return option.first == name; });
      if (!value.empty()) list.emplace_back(key, value);
    }
    return list;
  }
  // Returns the error of create(), or "" if it succeeds.
  static std::string error(const std::map<std::string, std::string>& changes) {
    const Options given = options(changes);
    const std::vector<penstock_option> list = c_options(given);
    penstock_error error = new_error();
    penstock_instance* instance = nullptr;
    if (kinesis_output()->create(nullptr, list.data(), list.size(), sizeof(penstock_option), &instance, &error) ==
        PENSTOCK_OK) {
      kinesis_output()->destroy(instance);
      return "";
    }
    return error.text;
  }
  void write_file(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }

  // Returns the first request that an output with these options sends to a Kinesis that accepts every record.
  std::string first_call(const std::map<std::string, std::string>& changes) {
    std::mutex mutex;
    std::string seen;
    posix::LoopbackServer kinesis([&](const std::string& request) {
      const std::lock_guard lock(mutex);
      if (seen.empty()) seen = request;
      return posix::LoopbackServer::Reply{
          posix::response_200(R"({"FailedRecordCount":0,"Records":[{"SequenceNumber":"1","ShardId":"s"}]})")};
    });
    std::map<std::string, std::string> all = changes;
    all["endpoint"] = "http://127.0.0.1:" + std::to_string(kinesis.port());
    const Instance output(kinesis_output(), options(all), nullptr);
    const OneLine line;
    EXPECT_EQ(output->output->write(output.get(), &line.batch, nullptr), PENSTOCK_OK);
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    int settled = 0;
    const auto count = [](void* ctx, uint64_t, int32_t outcome) {
      EXPECT_EQ(outcome, PENSTOCK_DELIVERED);
      ++*static_cast<int*>(ctx);
    };
    while (settled == 0 && std::chrono::steady_clock::now() < give_up)
      output->output->pump(output.get(), output->next_deadline_ms(output.get()), count, &settled, nullptr);
    EXPECT_EQ(settled, 1);
    const std::lock_guard lock(mutex);
    return seen;
  }

  std::string folder_;
  Environment environment_;
};

TEST_F(connection, region_comes_from_option_environment_or_profile) {
  EXPECT_TRUE(has(error({{"region", ""}}), "PS0132: no region: set region, or AWS_REGION"))
      << error({{"region", ""}});
  write_file("config", "[default]\nregion = not a region\n[profile p]\nregion = eu-west-1\n");
  EXPECT_EQ(
      error({{"region", ""}}),
      "PS0131: invalid region 'not a region' in profile default: expected up to 63 lowercase letters, digits, and "
      "hyphens, such as us-east-1");
  EXPECT_EQ(error({{"region", ""}, {"profile", "p"}}), "");
  environment_.set("AWS_DEFAULT_REGION", "eu-west-1");
  EXPECT_EQ(error({{"region", ""}}), "");
  environment_.set("AWS_REGION", "EU");
  EXPECT_TRUE(has(error({{"region", ""}}), "PS0131: invalid region 'EU' in AWS_REGION"));
  EXPECT_EQ(error({{"region", "eu-west-1"}}), "");
}

TEST_F(connection, malformed_regions_are_rejected_with_a_suggestion) {
  const std::map<std::string, std::string> meant = {
      {"US-EAST-1", "us-east-1"},  {"us east 1", "us-east-1"},  {"us_east_1", "us-east-1"},
      {"us-east-1.", "us-east-1"}, {"us-east-1-", "us-east-1"}, {"us-east-1a", "us-east-1"},
      {"us-east-1 # here", ""},    {"-us-east-1", "us-east-1"}, {"42", ""},
      {"eu-west-1/x", ""}};
  for (const auto& [region, word] : meant) {
    const std::string text = error({{"region", region}});
    EXPECT_TRUE(has(text, "PS0131: invalid region '" + region + "' in the option region: ")) << text;
    EXPECT_EQ(has(text, "; did you mean '" + word + "'?"), !word.empty()) << text;
  }
  for (const char* region : {"us-gov-west-1", "us-isob-east-1", "eusc-de-east-1", "local"})
    EXPECT_EQ(error({{"region", region}}), "") << region;
}

TEST_F(connection, the_region_of_the_arn_is_used) {
  const std::string call =
      first_call({{"stream", "arn:aws:kinesis:ap-south-1:123456789012:stream/mill"}, {"region", ""}});
  EXPECT_TRUE(has(call, "/ap-south-1/kinesis/aws4_request")) << call;
}

TEST_F(connection, creating_an_instance_makes_no_call_for_the_region) {
  std::mutex mutex;
  std::vector<std::string> seen;
  posix::LoopbackServer imds([&](const std::string& request) {
    const std::lock_guard lock(mutex);
    seen.push_back(request);
    return posix::LoopbackServer::Reply{posix::response_200("eu-central-1")};
  });
  environment_.set("AWS_EC2_METADATA_DISABLED", "");
  environment_.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:" + std::to_string(imds.port()));
  EXPECT_TRUE(has(error({{"region", ""}}), "PS0132: no region"));
  EXPECT_TRUE(seen.empty());
}

TEST_F(connection, invalid_endpoints_are_rejected) {
  for (const char* endpoint :
       {"kinesis.example.com", "localhost:4567", "ftp://localhost", "https://h/path", "https://h?q",
        "https://u:p@h", "http://example.com", "http://0x7f.1", "https://", "https://h:0", "https://h#f"})
    EXPECT_TRUE(has(error({{"endpoint", endpoint}}), "endpoint ")) << endpoint;
  EXPECT_EQ(error({{"endpoint", "http://example.com"}, {"allow_plaintext", "on"}}), "");
  EXPECT_EQ(error({{"endpoint", "https://example.com/"}}), "");
}

TEST_F(connection, a_ca_file_without_a_certificate_is_rejected) {
  EXPECT_TRUE(
      has(error({{"ca_file", folder_ + "/none.pem"}}), "ca_file: " + folder_ + "/none.pem does not exist"));
  EXPECT_TRUE(has(error({{"ca_file", folder_}}), "is not a regular file"));
  write_file("empty.pem", "");
  EXPECT_TRUE(has(error({{"ca_file", folder_ + "/empty.pem"}}),
                  "PS0117: ca_file " + folder_ + "/empty.pem has no certificate in PEM form"));
}

TEST_F(connection, endpoint_comes_from_the_environment_or_the_profile) {
  environment_.set("AWS_ENDPOINT_URL_KINESIS", "http://example.com");
  EXPECT_TRUE(
      has(error({{"endpoint", ""}}), "AWS_ENDPOINT_URL_KINESIS: endpoint 'http://example.com' uses plain http"));
  EXPECT_EQ(error({}), "") << "the option precedes it";
  environment_.set("AWS_ENDPOINT_URL_KINESIS", "");
  write_file("config", "[default]\nendpoint_url = http://example.com\n");
  EXPECT_TRUE(has(error({{"endpoint", ""}}), "endpoint_url of profile default: endpoint 'http://example.com'"));
  environment_.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
  EXPECT_EQ(error({{"endpoint", ""}}), "");
  environment_.set("AWS_USE_FIPS_ENDPOINT", "true");
  EXPECT_TRUE(has(error({}), "endpoint conflicts with AWS_USE_FIPS_ENDPOINT: "));
  EXPECT_EQ(error({{"use_fips", "off"}}), "");
}

TEST_F(connection, a_named_profile_must_exist_even_if_the_environment_has_credentials) {
  environment_.set("AWS_PROFILE", "gone");
  EXPECT_TRUE(has(error({}), "profile gone not found in "));
  write_file("config", "[profile gone]\n");
  EXPECT_EQ(error({}), "");
  write_file("config", "[profile gone]\nbroken\n");
  EXPECT_TRUE(has(error({}), "/config: line 2: expected [section], NAME = VALUE"));
}

TEST_F(connection, contradictory_connection_options_are_rejected) {
  EXPECT_TRUE(has(error({{"use_fips", "on"}}), "endpoint conflicts with use_fips: "));
  EXPECT_TRUE(has(error({{"use_dualstack", "on"}}), "endpoint conflicts with use_dualstack: "));
  EXPECT_EQ(error({{"use_fips", "on"}, {"use_dualstack", "on"}, {"endpoint", ""}}), "");
  EXPECT_TRUE(
      has(error({{"external_id", "x"}}), "PS0114: external_id has no effect without role_arn: set role_arn"));
  EXPECT_TRUE(
      has(error({{"role_session_name", "x"}}), "PS0114: role_session_name has no effect without role_arn"));
  EXPECT_EQ(error({{"external_id", "x"}, {"role_session_name", "y"}, {"role_arn", kRole}}),
            "PS0115: invalid external_id: expected 2 to 1224 letters, digits, and _+=,.@:/-");
  EXPECT_EQ(error({{"external_id", "id"}, {"role_session_name", "me"}, {"role_arn", kRole}}), "");
  for (const char* malformed :
       {"arn:aws:iam::1:role/r", "arn:aws:iam::123456789012:user/u", "arn:aws:iam::123456789012:role/", "role"})
    EXPECT_TRUE(has(error({{"role_arn", malformed}}), "PS0113: invalid ARN '" + std::string(malformed) +
                                                          "' for role_arn: expected the ARN of a role"))
        << malformed;
  EXPECT_TRUE(has(error({{"sts_endpoint", "http://example.com"}}), "sts_endpoint: endpoint 'http://example.com'"));
}

TEST_F(connection, credentials_come_from_the_program_that_the_profile_names) {
  write_file("keys.sh",
             "#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"AKIDPROGRAM\",\"SecretAccessKey\":\"s\"}'\n");
  chmod((folder_ + "/keys.sh").c_str(), 0700);
  write_file("config", "[profile p]\ncredential_process = " + folder_ + "/keys.sh\n");
  const std::string call = first_call({{"profile", "p"}});
  EXPECT_TRUE(has(call, "Credential=AKIDPROGRAM/")) << call;
}

TEST_F(connection, credentials_come_from_the_containers_agent_and_assume_a_role) {
  posix::LoopbackServer agent([](const std::string& request) {
    EXPECT_TRUE(has(request, "GET /keys HTTP/1.1\r\n")) << request;
    EXPECT_TRUE(has(request, "\r\nAuthorization: pod-token\r\n")) << request;
    return posix::LoopbackServer::Reply{posix::response_200(
        R"({"AccessKeyId":"ASIAPOD","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"})")};
  });
  posix::LoopbackServer sts([](const std::string& request) {
    EXPECT_TRUE(has(request, "Credential=ASIAPOD/")) << request;
    EXPECT_TRUE(has(request, "\r\nX-Amz-Security-Token: t\r\n")) << request;
    EXPECT_TRUE(has(request, "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fother")) << request;
    return posix::LoopbackServer::Reply{posix::response_200(
        "<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
        "<SessionToken>r</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>")};
  });
  for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}) environment_.set(name, "");
  write_file("token", "pod-token\n");
  environment_.set("AWS_CONTAINER_CREDENTIALS_FULL_URI",
                   "http://127.0.0.1:" + std::to_string(agent.port()) + "/keys");
  environment_.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", folder_ + "/token");
  const std::string call =
      first_call({{"role_arn", kRole}, {"sts_endpoint", "http://127.0.0.1:" + std::to_string(sts.port())}});
  EXPECT_TRUE(has(call, "Credential=ASIAROLE/")) << call;
  EXPECT_TRUE(has(call, "\r\nX-Amz-Security-Token: r\r\n")) << call;
}

}  // namespace
}  // namespace penstock::abi
