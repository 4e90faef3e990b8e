// Certificates: which are trusted, and for which name.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <vector>

#include "tests/unit/core/posix/curl_client.h"
#include "tests/unit/core/posix/loopback_server.h"
#include "tests/unit/core/posix/temp_folder.h"
#include "tests/unit/core/posix/test_ca.h"

namespace penstock::posix {
namespace {

using Reply = LoopbackServer::Reply;

class curl_tls : public testing::Test {
 protected:
  curl_tls() {
    write_file(ca_file_, ca_.pem());
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
  }

  static Reply hello(const std::string& /*request*/) { return {response_200("hello")}; }

  HttpResponse call(const LoopbackServer& server, const std::string& ca_file) {
    CurlOptions options;
    options.ca_file = ca_file;
    CurlClient client(options);
    return client.call(client.get(server.url()));
  }

  TempFolder folder_;
  const std::string ca_file_ = folder_ / "ca.pem";
  const TestCa ca_;
  const std::shared_ptr<SSL_CTX> context_ = ca_.server_context("IP:127.0.0.1");
};

TEST_F(curl_tls, a_private_ca_is_trusted_if_ca_file_names_it) {
  LoopbackServer server(hello, {context_.get()});
  const HttpResponse response = call(server, ca_file_);
  ASSERT_TRUE(response.transport.ok()) << response.transport.message();
  EXPECT_EQ(response.body, "hello");
  EXPECT_TRUE(response.over_tls);
}

TEST_F(curl_tls, a_private_ca_is_not_trusted_without_ca_file) {
  LoopbackServer server(hello, {context_.get()});
  const HttpResponse without = call(server, "");
  EXPECT_EQ(without.transport.code(), Code::config);
  EXPECT_TRUE(has(without.transport.message(), "ca_file")) << without.transport.message();
  EXPECT_EQ(without.body, "");

  const std::string other = folder_ / "other.pem";
  write_file(other, TestCa("another test CA").pem());
  const HttpResponse with_another = call(server, other);
  EXPECT_EQ(with_another.transport.code(), Code::config) << with_another.transport.message();
}

TEST_F(curl_tls, a_ca_in_ssl_cert_file_is_trusted) {
  setenv("SSL_CERT_FILE", ca_file_.c_str(), 1);
  LoopbackServer server(hello, {context_.get()});
  const HttpResponse response = call(server, "");
  EXPECT_EQ(response.body, "hello") << response.transport.message();
}

TEST_F(curl_tls, without_ca_certificates_https_fails_with_the_tried_locations_and_http_works) {
  setenv("SSL_CERT_FILE", "/nowhere/ca.pem", 1);
  LoopbackServer server(hello, {context_.get()});
  LoopbackServer plain(hello);
  CurlClient client;
  const HttpResponse over_tls = client.call(client.get(server.url()));
  const HttpResponse over_plain = client.call(client.get(plain.url()));
  EXPECT_EQ(over_tls.transport.code(), Code::config);
  EXPECT_TRUE(
      has(over_tls.transport.message(),
          "127.0.0.1:" + std::to_string(server.port()) +
              ": no CA certificates found; tried SSL_CERT_FILE=/nowhere/ca.pem (No such file or directory); "))
      << over_tls.transport.message();
  EXPECT_EQ(server.connections(), 0U);
  EXPECT_EQ(over_plain.body, "hello") << over_plain.transport.message();
}

TEST_F(curl_tls, a_certificate_for_another_name_is_rejected) {
  for (const char* name : {"DNS:example.com", "IP:127.0.0.2", "DNS:127.0.0.1"}) {
    const std::shared_ptr<SSL_CTX> wrong = ca_.server_context(name);
    LoopbackServer server(hello, {wrong.get()});
    const HttpResponse response = call(server, ca_file_);
    EXPECT_EQ(response.transport.code(), Code::config) << name;
    EXPECT_EQ(response.body, "") << name;
  }
}

TEST_F(curl_tls, tls_1_1_is_rejected_and_1_2_accepted) {
  LoopbackServer server(hello, {context_.get()});
  SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION);
  EXPECT_TRUE(call(server, ca_file_).transport.ok());
  SSL_CTX_set_security_level(context_.get(), 0);
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_1_VERSION);
  SSL_CTX_set_max_proto_version(context_.get(), TLS1_1_VERSION);
  EXPECT_FALSE(call(server, ca_file_).transport.ok());
}

TEST_F(curl_tls, an_unreadable_ca_file_is_rejected_at_the_start) {
  const std::unique_ptr<Clock> clock = make_system_clock();
  CurlOptions options;
  options.ca_file = folder_ / "none.pem";
  const Result<std::unique_ptr<Transport>> made = make_curl_transport(*clock, options);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.status().code(), Code::config);
  EXPECT_TRUE(has(made.status().message(), "none.pem")) << made.status().message();
}

TEST_F(curl_tls, a_ca_file_without_a_certificate_is_a_configuration_error) {
  LoopbackServer server(hello, {context_.get()});
  const std::string empty = folder_ / "empty.pem";
  write_file(empty, "");
  EXPECT_EQ(call(server, empty).transport.code(), Code::config);
}

TEST_F(curl_tls, tls_calls_share_one_connection) {
  LoopbackServer server(hello, {context_.get()});
  CurlOptions options;
  options.ca_file = ca_file_;
  CurlClient client(options);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.call(client.get(server.url())).body, "hello");
  EXPECT_EQ(server.connections(), 1U);
}

// Returns the sockets of this process that are connected to that port.
std::vector<int> sockets_to(uint16_t port) {
  std::vector<int> sockets;
  for (int socket = 3; socket < 1024; ++socket) {
    sockaddr_in peer = {};
    socklen_t size = sizeof peer;
    if (getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && ntohs(peer.sin_port) == port)
      sockets.push_back(socket);
  }
  return sockets;
}

TEST_F(curl_tls, an_idle_connection_has_tcp_keep_alive) {
  LoopbackServer server(hello, {context_.get()});
  CurlOptions options;
  options.ca_file = ca_file_;
  CurlClient client(options);
  ASSERT_EQ(client.call(client.get(server.url())).body, "hello");
  const std::vector<int> sockets = sockets_to(server.port());
  ASSERT_EQ(sockets.size(), 1U);
  int on = 0;
  socklen_t size = sizeof on;
  ASSERT_EQ(getsockopt(sockets[0], SOL_SOCKET, SO_KEEPALIVE, &on, &size), 0);
  EXPECT_EQ(on, 1);
}

TEST_F(curl_tls, an_endless_handshake_ends_at_the_connect_timeout) {
  LoopbackServer server([](const std::string&) { return Reply{response_200("x")}; });  // it waits for a header
  CurlOptions options;
  options.connect_timeout_ms = 50;
  CurlClient client(options);
  const HttpResponse response =
      client.call(client.get("https://127.0.0.1:" + std::to_string(server.port()) + "/"));
  EXPECT_EQ(response.transport.code(), Code::transient);
  EXPECT_TRUE(has(response.transport.message(), "cannot connect to 127.0.0.1:")) << response.transport.message();
}

TEST_F(curl_tls, a_tls_connection_reset_while_sending_raises_no_signal) {
  LoopbackServer server(
      [](const std::string&) {
        return Reply{"", LoopbackServer::Then::reset};
      },
      {context_.get(), false});
  CurlOptions options;
  options.ca_file = ca_file_;
  CurlClient client(options);
  HttpRequest request = client.get(server.url());
  request.method = "POST";
  request.body.assign(20 << 20, 'x');
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.call(request).transport.code(), Code::transient);
}

TEST_F(curl_tls, a_plain_server_at_an_https_url_is_a_transient_error) {
  LoopbackServer server([](const std::string&) { return Reply{response_200("x")}; });
  CurlOptions options;
  options.ca_file = ca_file_;
  CurlClient client(options);
  HttpRequest request = client.get("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  request.timeout_ms = 500;  // it waits for the end of a header that never comes
  EXPECT_EQ(client.call(request).transport.code(), Code::transient);
}

}  // namespace
}  // namespace penstock::posix
