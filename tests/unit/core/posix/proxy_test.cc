// Which calls go through a proxy from the environment, and which never do.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>

#include "tests/unit/core/posix/curl_client.h"
#include "tests/unit/core/posix/loopback_server.h"
#include "tests/unit/core/posix/temp_folder.h"
#include "tests/unit/core/posix/test_ca.h"

namespace penstock::posix {
namespace {

using Reply = LoopbackServer::Reply;

constexpr std::array kProxyVariables = {"http_proxy",  "HTTP_PROXY", "https_proxy",
                                        "HTTPS_PROXY", "all_proxy",  "ALL_PROXY"};

class proxy : public testing::Test {
 protected:
  // The client excluded all hosts.
  proxy() {
    unsetenv("no_proxy");
    for (const char* name : kProxyVariables) unsetenv(name);
  }
  ~proxy() override {
    for (const char* name : kProxyVariables) unsetenv(name);
    setenv("no_proxy", "*", 1);
  }
  void use_proxy(const char* variable, const std::string& scheme = "http") {
    setenv(variable, (scheme + "://127.0.0.1:" + std::to_string(proxy_.port())).c_str(), 1);
  }

  static CurlOptions trusting(const std::string& ca_file, const TestCa& ca) {
    write_file(ca_file, ca.pem());
    CurlOptions options;
    options.ca_file = ca_file;
    return options;
  }

  TempFolder folder_;
  const TestCa ca_;
  const std::shared_ptr<SSL_CTX> tls_ = ca_.server_context("IP:127.0.0.1");
  CurlClient client_{trusting(folder_ / "ca.pem", ca_)};
  LoopbackServer tls_server_{[](const std::string&) { return Reply{response_200("direct")}; }, {tls_.get()}};
  LoopbackServer server_{[](const std::string&) { return Reply{response_200("direct")}; }};
  LoopbackServer proxy_{
      [](const std::string&) { return Reply{"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"}; }};
};

TEST_F(proxy, a_proxy_never_sees_a_plain_http_call) {
  for (const char* variable : kProxyVariables)
    for (const char* scheme : {"http", "socks5h"}) {
      use_proxy(variable, scheme);
      for (const char* host : {"127.0.0.1", "localhost", "LOCALHOST", "0.0.0.0"})
        EXPECT_EQ(
            client_
                .call(CurlClient::get("http://" + std::string(host) + ":" + std::to_string(server_.port()) + "/"))
                .body,
            "direct")
            << variable << ' ' << scheme << ' ' << host;
      unsetenv(variable);
    }
  EXPECT_EQ(proxy_.connections(), 0U);
}

TEST_F(proxy, an_https_proxy_gets_connect_and_no_header_of_the_call) {
  std::mutex mutex;
  std::string seen;
  LoopbackServer tunnel([&](const std::string& request) {
    const std::lock_guard lock(mutex);
    seen += request;
    return Reply{"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"};
  });
  setenv("https_proxy", ("http://127.0.0.1:" + std::to_string(tunnel.port())).c_str(), 1);
  HttpRequest request = CurlClient::get("https://kinesis.invalid/");
  request.headers = {{"X-Amz-Security-Token", "SECRET"}};
  EXPECT_FALSE(client_.call(request).transport.ok());
  const std::lock_guard lock(mutex);
  EXPECT_TRUE(seen.starts_with("CONNECT kinesis.invalid:443 HTTP/1.1\r\n")) << seen;
  EXPECT_FALSE(has(seen, "SECRET")) << seen;
}

TEST_F(proxy, an_https_proxy_is_not_used_for_no_proxy_hosts_and_metadata) {
  HttpRequest request = CurlClient::get(tls_server_.url());
  use_proxy("https_proxy");
  setenv("no_proxy", "other.invalid,127.0.0.1", 1);
  EXPECT_EQ(client_.call(request).body, "direct");
  setenv("no_proxy", "other.invalid", 1);
  request.to_metadata = true;
  EXPECT_EQ(client_.call(request).body, "direct");
  EXPECT_EQ(proxy_.connections(), 0U);
  request.to_metadata = false;
  EXPECT_FALSE(client_.call(request).transport.ok());
  EXPECT_EQ(proxy_.connections(), 1U);
}

}  // namespace
}  // namespace penstock::posix
