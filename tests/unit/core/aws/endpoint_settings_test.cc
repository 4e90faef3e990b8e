// Endpoints from the environment and the profile, and their precedence.
#include "core/aws/endpoint_settings.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/core/fake_env.h"

namespace penstock::aws {
namespace {

constexpr const char* kConfig = "/home/u/.aws/config";

class endpoint_settings : public testing::Test {
 protected:
  static bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  static EndpointOptions given(const std::string& url = "", const std::string& use_fips = "",
                               const std::string& use_dualstack = "") {
    return {"endpoint", url, use_fips, use_dualstack, false, false};
  }
  // Returns the URL, or the error.
  std::string url(const std::string& service = "kinesis", const EndpointOptions& options = given()) {
    const Result<AwsProfiles> profiles = AwsProfiles::read_settings(fake_.env, "");
    if (!profiles.ok()) return profiles.status().message();
    const Result<EndpointSettings> settings = or_first_problem([&](const Complain& complain) {
      return read_endpoint_settings(fake_.env, *profiles, AwsProfiles::chosen(fake_.env, ""), complain);
    });
    if (!settings.ok()) return settings.status().message();
    const Result<Endpoint> endpoint = choose_endpoint(*settings, options, service, "eu-west-1");
    if (endpoint.ok()) log_endpoint(fake_.env, *endpoint);
    if (endpoint.ok()) return endpoint->url;
    EXPECT_EQ(endpoint.status().code(), Code::config);
    return endpoint.status().message();
  }
  void config(const std::string& text) { fake_.files.contents[kConfig] = text; }

  FakeEnv fake_;
  std::map<std::string, std::string>& variables_ = fake_.variables;
};

TEST_F(endpoint_settings, the_default_endpoint_is_the_regions_and_logs_nothing) {
  EXPECT_EQ(url(), "https://kinesis.eu-west-1.amazonaws.com");
  EXPECT_TRUE(fake_.log.empty());
}

TEST_F(endpoint_settings, an_endpoint_of_a_service_precedes_the_global_one_and_the_environment_the_profile) {
  config(
      "[default]\nendpoint_url = https://profile\nservices = s\n[services s]\nkinesis =\n  endpoint_url = "
      "https://section\n");
  EXPECT_EQ(url(), "https://section");
  EXPECT_EQ(url("dynamodb"), "https://profile");
  EXPECT_EQ(url("sts"), "https://profile");
  variables_["AWS_ENDPOINT_URL"] = "https://all";
  EXPECT_EQ(url(), "https://all");
  variables_["AWS_ENDPOINT_URL_KINESIS"] = "https://one";
  EXPECT_EQ(url(), "https://one");
  EXPECT_EQ(url("dynamodb"), "https://all");
  EXPECT_EQ(url("kinesis", given("https://option")), "https://option");
  EXPECT_EQ(fake_.log.back(), "using endpoint https://option for kinesis, from endpoint");
  EXPECT_EQ(url("sts"), "https://all");
  EXPECT_EQ(fake_.log.back(), "using endpoint https://all for sts, from AWS_ENDPOINT_URL");
}

TEST_F(endpoint_settings, endpoints_of_environment_and_profile_can_be_disabled_by_either) {
  config(
      "[default]\nendpoint_url = https://profile\n[profile p]\nignore_configured_endpoint_urls = true\n"
      "endpoint_url = https://p\n");
  variables_["AWS_ENDPOINT_URL"] = "https://all";
  variables_["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "True";
  EXPECT_EQ(url(), "https://kinesis.eu-west-1.amazonaws.com");
  EXPECT_EQ(url("kinesis", given("https://option")), "https://option");
  variables_["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "false";
  EXPECT_EQ(url(), "https://all");
  variables_.erase("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
  variables_["AWS_PROFILE"] = "p";
  EXPECT_EQ(url(), "https://kinesis.eu-west-1.amazonaws.com");
}

TEST_F(endpoint_settings, endpoints_from_the_environment_follow_the_rules_of_our_option) {
  variables_["AWS_ENDPOINT_URL"] = "http://example.com";
  EXPECT_TRUE(has(url(), "AWS_ENDPOINT_URL: endpoint 'http://example.com' uses plain http")) << url();
  EndpointOptions plaintext = given();
  plaintext.allow_plaintext = true;
  EXPECT_EQ(url("kinesis", plaintext), "http://example.com");
  for (const char* good : {"http://127.0.0.1:4566", "http://localhost:4566/", "http://[::1]:1"}) {
    variables_["AWS_ENDPOINT_URL"] = good;
    EXPECT_TRUE(url().starts_with("http://")) << url();
  }
  for (const char* bad : {"localhost:4566", "http://localhost:4566/path", "https://u:SECRET@h", "ftp://h"}) {
    variables_["AWS_ENDPOINT_URL"] = bad;
    EXPECT_TRUE(has(url(), "AWS_ENDPOINT_URL: invalid endpoint ")) << url();
    EXPECT_FALSE(has(url(), "SECRET"));
  }
}

TEST_F(endpoint_settings, fips_and_dual_stack_are_enabled_by_the_environment_then_the_profile) {
  config("[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = TRUE\n");
  EXPECT_EQ(url(), "https://kinesis-fips.eu-west-1.api.aws");
  EXPECT_EQ(fake_.log.back(),
            "using endpoint https://kinesis-fips.eu-west-1.api.aws for kinesis, from "
            "use_fips_endpoint of profile default");
  variables_["AWS_USE_FIPS_ENDPOINT"] = "false";
  EXPECT_EQ(url(), "https://kinesis.eu-west-1.api.aws");
  variables_["AWS_USE_DUALSTACK_ENDPOINT"] = "false";
  EXPECT_EQ(url(), "https://kinesis.eu-west-1.amazonaws.com");
  EXPECT_EQ(url("kinesis", given("", "on", "off")), "https://kinesis-fips.eu-west-1.amazonaws.com");
  variables_["AWS_USE_FIPS_ENDPOINT"] = "true";
  EXPECT_EQ(url("kinesis", given("", "off", "")), "https://kinesis.eu-west-1.amazonaws.com");
  variables_["AWS_USE_FIPS_ENDPOINT"] = "1";
  EXPECT_EQ(url(), "AWS_USE_FIPS_ENDPOINT is '1': expected true or false");
}

TEST_F(endpoint_settings, all_mistakes_in_endpoint_settings_are_reported) {
  config("[default]\nuse_dualstack_endpoint = maybe\nservices = gone\n");
  variables_["AWS_USE_FIPS_ENDPOINT"] = "1";
  std::set<std::string> problems;
  const auto keep = [&](const Status& status) {
    if (!status.ok()) problems.insert(status.message());
  };
  const Result<AwsProfiles> profiles = AwsProfiles::read_settings(fake_.env, "");
  read_endpoint_settings(fake_.env, *profiles, "default", keep);
  EXPECT_EQ(problems,
            (std::set<std::string>{
                "AWS_USE_FIPS_ENDPOINT is '1': expected true or false",
                "use_dualstack_endpoint of profile default is 'maybe': expected true or false",
                "profile default: the section [services gone] is missing or empty; add it, or remove the setting "
                "services"}));
}

TEST_F(endpoint_settings, an_endpoint_url_contradicts_fips_or_dual_stack) {
  variables_["AWS_ENDPOINT_URL"] = "https://all";
  variables_["AWS_USE_FIPS_ENDPOINT"] = "true";
  EXPECT_TRUE(has(url(), "AWS_ENDPOINT_URL conflicts with AWS_USE_FIPS_ENDPOINT: ")) << url();
  EXPECT_TRUE(has(url("kinesis", given("https://option")), "endpoint conflicts with AWS_USE_FIPS_ENDPOINT: "));
  EXPECT_EQ(url("kinesis", given("https://option", "off", "")), "https://option");
  EXPECT_TRUE(has(url("kinesis", given("", "off", "on")), "AWS_ENDPOINT_URL conflicts with use_dualstack: "));
  EndpointOptions sts = given("https://sts", "on");
  sts.is_for_one = true;
  EXPECT_EQ(url("sts", sts), "https://sts") << "then FIPS applies to Kinesis";
}

TEST_F(endpoint_settings, a_profiles_services_section_must_exist_and_be_nested) {
  config("[default]\nservices = gone\n");
  EXPECT_TRUE(has(url(), "profile default: the section [services gone] is missing or empty"));
  config("[default]\nservices = s\n[services s]\nkinesis = https://x\n");
  EXPECT_TRUE(has(url(), "[services s]: kinesis has no nested settings"));
  variables_["AWS_ENDPOINT_URL"] = "https://all";
  EXPECT_EQ(url(), "https://all") << "the environment precedes it";
}

TEST_F(endpoint_settings, endpoint_settings_come_from_the_named_profile_which_must_exist) {
  config("[profile p]\nendpoint_url = https://p\n");
  EXPECT_EQ(url(), "https://kinesis.eu-west-1.amazonaws.com");
  variables_["AWS_PROFILE"] = "p";
  EXPECT_EQ(url(), "https://p");
  variables_["AWS_PROFILE"] = "gone";
  EXPECT_EQ(url(), "profile gone not found in /home/u/.aws/config; add it, or choose another profile");
}

TEST_F(endpoint_settings, unreadable_shared_files_are_ignored_with_a_warning_unless_a_profile_is_named) {
  config("[default]\nendpoint_url = https://profile\n");
  fake_.files.broken = true;
  EXPECT_EQ(url(), "https://kinesis.eu-west-1.amazonaws.com");
  EXPECT_EQ(fake_.log.back(),
            "PS0206: cannot read the AWS shared files, continuing without their settings: permission denied");
  variables_["AWS_PROFILE"] = "default";
  EXPECT_EQ(url(), "AWS shared files: permission denied");
}

}  // namespace
}  // namespace penstock::aws
