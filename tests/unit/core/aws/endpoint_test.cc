#include "core/aws/endpoint.h"

#include <gtest/gtest.h>

namespace penstock::aws {
namespace {

Result<Endpoint> given(const std::string& url, bool allow_plaintext = false) {
  return make_endpoint("kinesis", "eu-west-1", url, allow_plaintext);
}

void expect_rejected(const std::string& url, const std::string& reason) {
  const Result<Endpoint> endpoint = given(url, true);
  ASSERT_FALSE(endpoint.ok()) << url;
  EXPECT_EQ(endpoint.status().code(), Code::config) << url;
  EXPECT_NE(endpoint.status().message().find(reason), std::string::npos) << endpoint.status().message();
}

TEST(endpoint, the_default_endpoint_is_the_regions) {
  const Result<Endpoint> endpoint = given("");
  ASSERT_TRUE(endpoint.ok());
  EXPECT_EQ(endpoint->url, "https://kinesis.eu-west-1.amazonaws.com");
  EXPECT_EQ(endpoint->host, "kinesis.eu-west-1.amazonaws.com");
  EXPECT_EQ(endpoint->region, "eu-west-1");
  EXPECT_EQ(endpoint->service, "kinesis");
}

TEST(endpoint, endpoints_in_china_have_their_own_suffix) {
  EXPECT_EQ(make_endpoint("kinesis", "cn-north-1", "", false)->host, "kinesis.cn-north-1.amazonaws.com.cn");
}

TEST(endpoint, endpoints_of_each_kind_have_their_partitions_name) {
  const auto host = [](const std::string& service, const std::string& region, bool fips, bool dualstack) {
    const Result<Endpoint> endpoint = make_endpoint(service, region, "", false, {fips, dualstack});
    return endpoint.ok() ? endpoint->host : endpoint.status().message();
  };
  EXPECT_EQ(host("kinesis", "us-east-1", true, false), "kinesis-fips.us-east-1.amazonaws.com");
  EXPECT_EQ(host("kinesis", "us-east-1", false, true), "kinesis.us-east-1.api.aws");
  EXPECT_EQ(host("sts", "us-east-1", true, true), "sts-fips.us-east-1.api.aws");
  EXPECT_EQ(host("sts", "cn-north-1", false, true), "sts.cn-north-1.api.amazonwebservices.com.cn");
  EXPECT_EQ(host("kinesis", "us-gov-west-1", true, false), "kinesis.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(host("sts", "us-gov-west-1", true, false), "sts.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(host("sts", "us-gov-west-1", true, true), "sts-fips.us-gov-west-1.api.aws");
  EXPECT_EQ(host("kinesis", "us-iso-east-1", false, false), "kinesis.us-iso-east-1.c2s.ic.gov");
  EXPECT_EQ(host("kinesis", "us-isob-east-1", true, false), "kinesis-fips.us-isob-east-1.sc2s.sgov.gov");
  EXPECT_EQ(host("kinesis", "us-iso-east-1", false, true), "kinesis.us-iso-east-1.api.aws.ic.gov");
  EXPECT_EQ(host("kinesis", "us-isof-south-1", false, false), "kinesis.us-isof-south-1.csp.hci.ic.gov");
  EXPECT_EQ(host("sts", "eu-isoe-west-1", false, false), "sts.eu-isoe-west-1.cloud.adc-e.uk");
  EXPECT_EQ(host("dynamodb", "eusc-de-east-1", true, false), "dynamodb-fips.eusc-de-east-1.amazonaws.eu");
  EXPECT_EQ(host("kinesis", "eusc-de-east-1", false, true), "kinesis.eusc-de-east-1.api.amazonwebservices.eu");
}

TEST(endpoint, the_host_header_has_the_port_only_if_it_is_not_the_default) {
  EXPECT_EQ(given("https://example.com")->host, "example.com");
  EXPECT_EQ(given("https://example.com:443/")->host, "example.com");
  EXPECT_EQ(given("https://example.com:443/")->url, "https://example.com");
  EXPECT_EQ(given("https://example.com:8443")->host, "example.com:8443");
  EXPECT_EQ(given("http://localhost:80")->host, "localhost");
  EXPECT_EQ(given("http://localhost:4568")->url, "http://localhost:4568");
  EXPECT_EQ(given("HTTPS://Example.COM:0443")->url, "https://example.com");
}

TEST(endpoint, plain_http_is_allowed_only_for_loopback) {
  for (const char* url : {"http://localhost", "http://127.0.0.1:1", "http://127.1.2.3", "http://[::1]:65535"})
    EXPECT_TRUE(given(url).ok()) << url;
  for (const char* url : {"http://example.com", "http://128.0.0.1", "http://126.255.255.255", "http://[::2]",
                          "http://[::ffff:127.0.0.1]", "http://localhost.example.com",
                          "http://127.0.0.1.example.com", "http://0.0.0.0"}) {
    const Result<Endpoint> endpoint = given(url);
    ASSERT_FALSE(endpoint.ok()) << url;
    EXPECT_NE(endpoint.status().message().find("allow_plaintext"), std::string::npos);
    EXPECT_TRUE(given(url, true).ok()) << url;
  }
}

TEST(endpoint, an_ipv6_endpoint_is_normalized) {
  EXPECT_EQ(given("https://[FD00:0::0001]:8443")->host, "[fd00::1]:8443");
  EXPECT_EQ(given("https://[fd00::1]")->host, "[fd00::1]");
}

TEST(endpoint, an_endpoints_port_is_1_to_65535) {
  EXPECT_TRUE(given("https://example.com:1").ok());
  EXPECT_TRUE(given("https://example.com:65535").ok());
  for (const char* port : {"0", "65536", "", "-1", "+1", "80a", " 80", "99999999999999999999"})
    expect_rejected(std::string("https://example.com:") + port, "port");
}

TEST(endpoint, endpoints_with_other_schemes_paths_queries_or_users_are_rejected) {
  expect_rejected("kinesis.eu-west-1.amazonaws.com", "https://");
  expect_rejected("ftp://example.com", "https://");
  expect_rejected("file:///etc/passwd", "https://");
  expect_rejected("https://example.com/path", "path");
  expect_rejected("https://example.com?query", "query");
  expect_rejected("https://example.com#fragment", "fragment");
  expect_rejected("https://name@example.com", "user");
}

TEST(endpoint, a_password_in_an_endpoint_url_is_not_shown) {
  const Result<Endpoint> endpoint = given("https://name:hunter2@example.com");
  ASSERT_FALSE(endpoint.ok());
  EXPECT_EQ(endpoint.status().message().find("hunter2"), std::string::npos);
}

TEST(endpoint, an_endpoint_host_that_libcurl_would_rewrite_is_rejected) {
  for (const char* host : {"", ".", "a..b", ".a", "127.1", "0x7f.1", "127.0.0.01", "1.2.3.256", "[fe80::1%25eth0]",
                           "[::1", "::1", "[]", "a b", "a%2eb", "a\tb", "a\nb", "a\\b", "\xc3\xa9.example"})
    expect_rejected(std::string("https://") + host, "");
}

TEST(endpoint, an_endpoint_host_has_at_most_253_bytes) {
  std::string host(253, 'a');
  for (size_t i = 60; i < host.size(); i += 60) host[i] = '.';
  EXPECT_TRUE(given("https://" + host).ok());
  expect_rejected("https://" + host + "a", "host");
}

TEST(endpoint, a_region_has_lower_case_letters_digits_and_dashes) {
  EXPECT_TRUE(make_endpoint("kinesis", std::string(63, 'a'), "", false).ok());
  for (const std::string& region : {std::string(), std::string(64, 'a'), std::string("EU-WEST-1"),
                                    std::string("eu/west"), std::string("eu.evil.example"), std::string("a\n")}) {
    const Result<Endpoint> endpoint = make_endpoint("kinesis", region, "", false);
    ASSERT_FALSE(endpoint.ok()) << region;
    EXPECT_EQ(endpoint.status().code(), Code::config);
    EXPECT_NE(endpoint.status().message().find("region"), std::string::npos);
    EXPECT_EQ(endpoint.status().message().find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace penstock::aws
