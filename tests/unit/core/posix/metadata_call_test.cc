// Calls to services that provide credentials to this machine: which addresses are allowed, and which settings they
// ignore.
#include "core/aws/credentials/metadata_call.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <atomic>
#include <cstring>

#include "core/posix/metadata_address.h"
#include "tests/unit/core/posix/curl_client.h"
#include "tests/unit/core/posix/loopback_server.h"
#include "tests/unit/core/posix/test_ca.h"

namespace penstock::posix {
namespace {

using Reply = LoopbackServer::Reply;

sockaddr_storage address_of(const std::string& text) {
  sockaddr_storage address = {};
  sockaddr_in v4 = {};
  sockaddr_in6 v6 = {};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) std::memcpy(&address, &v4, sizeof v4);
  if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) std::memcpy(&address, &v6, sizeof v6);
  return address;
}

bool allowed(const std::string& text) {
  const sockaddr_storage address = address_of(text);
  return is_metadata_address(reinterpret_cast<const sockaddr&>(address));
}

TEST(metadata_address, metadata_addresses_are_this_machine_and_those_that_aws_names) {
  for (const char* text : {"127.0.0.0", "127.0.0.1", "127.255.255.255", "::1", "169.254.169.254", "169.254.170.2",
                           "169.254.170.23", "fd00:ec2::23", "fd00:ec2::254"})
    EXPECT_TRUE(allowed(text)) << text;
}

TEST(metadata_address, other_addresses_are_not_metadata_addresses) {
  for (const char* text :
       {"126.255.255.255", "128.0.0.0", "0.0.0.0", "::", "::2", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
        "169.254.169.253", "169.254.169.255", "169.254.170.1", "169.254.170.3", "169.254.170.22", "169.254.170.24",
        "10.0.0.1", "8.8.8.8", "fd00:ec2::22", "fd00:ec2::253", "fd00:ec2::255", "fe80::1"})
    EXPECT_FALSE(allowed(text)) << text;
  EXPECT_FALSE(is_metadata_address(sockaddr{}));
}

class metadata_call : public testing::Test {
 protected:
  static HttpRequest get(const std::string& url) {
    HttpRequest request = CurlClient::get(url);
    request.to_metadata = true;
    return request;
  }
  std::string url(const std::string& host) const {
    return "http://" + host + ":" + std::to_string(server_.port()) + "/";
  }

  std::atomic<int> asked_ = 0;
  LoopbackServer server_{[this](const std::string&) {
    ++asked_;
    return Reply{response_200("keys")};
  }};
  CurlClient client_;
};

TEST_F(metadata_call, a_metadata_call_reaches_this_machine) {
  EXPECT_EQ(client_.call(get(url("127.0.0.1"))).body, "keys");
  EXPECT_EQ(client_.call(get(url("localhost"))).body, "keys");
}

// 0.0.0.0 leads to this machine too, but is not on the list: the server exists, and no connection arrives.
TEST_F(metadata_call, a_metadata_call_over_plain_http_never_connects_to_another_address) {
  EXPECT_EQ(client_.call(CurlClient::get(url("0.0.0.0"))).body, "keys");
  asked_ = 0;
  const size_t connections = server_.connections();
  const HttpResponse rejected = client_.call(get(url("0.0.0.0")));
  EXPECT_EQ(rejected.transport.code(), Code::config);
  EXPECT_TRUE(has(rejected.transport.message(),
                  "plain http is not allowed to the address 0.0.0.0; use https, or an address of this machine"))
      << rejected.transport.message();
  EXPECT_TRUE(has(rejected.transport.message(), "169.254.170.23")) << rejected.transport.message();
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(server_.connections(), connections) << "nor over an idle connection";
}

TEST_F(metadata_call, a_metadata_call_over_tls_may_go_anywhere) {
  const TestCa ca;
  const auto context = ca.server_context("IP:0.0.0.0");
  LoopbackServer tls([](const std::string&) { return Reply{response_200("tls")}; }, {.tls = context.get()});
  const HttpResponse response = client_.call(get("https://0.0.0.0:" + std::to_string(tls.port()) + "/"));
  // The certificate is not trusted, which proves that it connected.
  EXPECT_TRUE(has(response.transport.message(), "certificate")) << response.transport.message();
  EXPECT_EQ(tls.connections(), 1U);
}

TEST_F(metadata_call, a_metadata_call_follows_no_redirect) {
  LoopbackServer sends_away([this](const std::string&) {
    return Reply{"HTTP/1.1 302 Found\r\nLocation: " + url("127.0.0.1") + "\r\nContent-Length: 0\r\n\r\n"};
  });
  const HttpResponse response = client_.call(get(sends_away.url()));
  EXPECT_EQ(response.http_status, 302);
  EXPECT_EQ(asked_, 0);
}

TEST_F(metadata_call, a_metadata_response_may_have_64_kib) {
  std::atomic<size_t> size = size_t{64} << 10;
  LoopbackServer server([&](const std::string&) { return Reply{response_200(std::string(size, 'x'))}; });
  EXPECT_EQ(client_.call(aws::metadata_request("GET", server.url())).body.size(), size);
  ++size;
  EXPECT_EQ(client_.call(aws::metadata_request("GET", server.url())).transport.code(), Code::too_large);
}

TEST_F(metadata_call, a_metadata_call_without_a_response_ends_after_a_second) {
  LoopbackServer silent(
      [](const std::string&) { return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nkeys"}; });
  const HttpResponse response = client_.call(aws::metadata_request("GET", silent.url()));
  EXPECT_EQ(response.transport.code(), Code::transient);
  EXPECT_TRUE(has(response.transport.message(), "1000 ms in all")) << response.transport.message();
  EXPECT_EQ(response.body, "");
}

TEST_F(metadata_call, a_metadata_call_never_reuses_another_calls_connection) {
  client_.call(CurlClient::get(url("127.0.0.1")));
  client_.call(get(url("127.0.0.1")));
  client_.call(get(url("127.0.0.1")));
  EXPECT_EQ(server_.connections(), 3U);
  client_.call(CurlClient::get(url("127.0.0.1")));
  EXPECT_EQ(server_.connections(), 3U) << "the first connection was kept for the others";
}

}  // namespace
}  // namespace penstock::posix
