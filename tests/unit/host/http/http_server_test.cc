// The server in this process, driven step by step with a clock of the test.
#include "host/http/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

namespace penstock::host {
namespace {

class http_server : public testing::Test {
 protected:
  http_server()
      : server_(
            listen(), [this](const HttpRequest& request) { return respond(request); },
            [this] { return cost_us_; }) {}

  static Listener listen() {
    std::string error;
    std::optional<Listener> out = listen_on("127.0.0.1", 0, error);
    EXPECT_TRUE(out) << error;
    return std::move(*out);
  }

  HttpResponse respond(const HttpRequest& request) {
    cost_us_ += response_us_;
    return {200, "text/plain", request.path == "/large" ? large_ : "you asked for " + request.path + "\n"};
  }

  // Returns a connection that the server has not accepted yet.
  Descriptor connect() const {
    const std::string& url = server_.url();
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    Descriptor out(::socket(AF_INET, SOCK_STREAM, 0));
    EXPECT_EQ(::connect(out.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    return out;
  }
  Descriptor request(const std::string& text) const {
    Descriptor out = connect();
    EXPECT_EQ(::send(out.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    return out;
  }

  // Serves until the client has something to read, or the end of its connection.
  void serve_until_readable(const Descriptor& client) {
    while (true) {
      std::array<pollfd, 2> waiting = {{{client.get(), POLLIN, 0}, {server_.descriptor(now_ms_), POLLIN, 0}}};
      ASSERT_GT(::poll(waiting.data(), waiting.size(), kPatienceMs), 0) << "nothing arrives";
      if (waiting[0].revents != 0) return;
      server_.run(now_ms_);
    }
  }

  // Serves, and returns what the client gets, up to the end of the connection.
  std::string receive(const Descriptor& client) {
    std::string out;
    for (std::vector<char> bytes(1 << 16);;) {
      serve_until_readable(client);
      const ssize_t count = ::recv(client.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (count <= 0) return out;
      out.append(bytes.data(), static_cast<size_t>(count));
    }
  }

  // Returns whether the server has closed or reset the connection. For a client that was sent nothing.
  static bool is_closed(const Descriptor& client) {
    char byte;
    return ::recv(client.get(), &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET;
  }
  // Waits for that end.
  static bool closes(const Descriptor& client) {
    pollfd end = {client.get(), POLLIN, 0};
    return ::poll(&end, 1, kPatienceMs) == 1 && is_closed(client);
  }
  std::string get(const std::string& path) { return receive(request("GET " + path + " HTTP/1.1\r\n\r\n")); }

  static constexpr int kPatienceMs = 60'000;

  int64_t now_ms_ = 1000;
  int64_t cost_us_ = 0;      // the processor time that the thread has used
  int64_t response_us_ = 0;  // what a response adds to it
  // More than the buffers of two sockets hold.
  std::string large_ = std::string(16 << 20, 'x');
  HttpServer server_;
};

TEST_F(http_server, a_get_request_is_answered_and_the_connection_closed) {
  const std::string response = get("/metrics?x=1");
  EXPECT_TRUE(response.starts_with("HTTP/1.1 200 OK\r\n")) << response;
  EXPECT_NE(response.find("\r\nContent-Length: 23\r\n"), std::string::npos) << response;
  EXPECT_TRUE(response.ends_with("\r\n\r\nyou asked for /metrics\n")) << response;
}

TEST_F(http_server, a_head_request_gets_the_head_alone) {
  const std::string response = receive(request("HEAD /metrics HTTP/1.0\r\n\r\n"));
  EXPECT_NE(response.find("\r\nContent-Length: 23\r\n"), std::string::npos) << response;
  EXPECT_TRUE(response.ends_with("\r\n\r\n")) << response;
}

TEST_F(http_server, other_methods_and_invalid_and_large_requests_are_refused) {
  const std::string post = receive(request("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nxx"));
  EXPECT_TRUE(post.starts_with("HTTP/1.1 405 ")) << post;
  EXPECT_NE(post.find("\r\nAllow: GET, HEAD\r\n"), std::string::npos) << post;
  EXPECT_TRUE(receive(request("\x16\x03\x01 hello")).starts_with("HTTP/1.1 400 "));
  const std::string large = receive(request("GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\n\r\n"));
  EXPECT_TRUE(large.starts_with("HTTP/1.1 431 ")) << large;
}

TEST_F(http_server, a_response_larger_than_the_socket_takes_arrives_complete) {
  const std::string response = get("/large");
  EXPECT_EQ(response.substr(response.size() - large_.size()), large_);
}

TEST_F(http_server, a_connection_ends_after_its_time_whatever_it_has_sent) {
  const Descriptor idle = connect(), slow = request("GET /"), no_reader = request("GET /large HTTP/1.1\r\n\r\n");
  serve_until_readable(no_reader);
  EXPECT_EQ(server_.next_ms(now_ms_), now_ms_ + HttpServer::kConnectionMs);
  now_ms_ += HttpServer::kConnectionMs - 1;
  EXPECT_EQ(::send(slow.get(), "x", 1, MSG_NOSIGNAL), 1);
  server_.run(now_ms_);
  EXPECT_FALSE(is_closed(idle));
  now_ms_ += 1;
  server_.run(now_ms_);
  EXPECT_TRUE(closes(idle));
  EXPECT_TRUE(closes(slow));
  EXPECT_EQ(server_.next_ms(now_ms_), INT64_MAX) << "no connection is left";
}

TEST_F(http_server, a_new_connection_closes_the_oldest_if_there_are_too_many) {
  std::vector<Descriptor> idle;
  for (size_t i = 0; i < HttpServer::kMaxConnections; ++i) idle.push_back(connect());
  const std::string response = get("/healthz");
  EXPECT_TRUE(response.ends_with("you asked for /healthz\n")) << response;
  EXPECT_TRUE(closes(idle[0]));
  EXPECT_FALSE(is_closed(idle[1]));
}

TEST_F(http_server, a_thousand_open_connections_do_not_keep_a_request_from_its_response) {
  std::vector<Descriptor> idle;
  for (int i = 0; i < 1000; ++i) {
    idle.push_back(connect());
    // Else the system's queue of connections would fill up, and connect() wait.
    for (pollfd waiting = {server_.descriptor(now_ms_), POLLIN, 0}; ::poll(&waiting, 1, 0) == 1;)
      server_.run(now_ms_);
  }
  EXPECT_TRUE(get("/healthz").ends_with("you asked for /healthz\n"));
}

TEST_F(http_server, unsent_responses_have_a_limit) {
  const Descriptor first = request("GET /large HTTP/1.1\r\n\r\n");
  serve_until_readable(first);
  const Descriptor second = request("GET /large HTTP/1.1\r\n\r\n");
  serve_until_readable(second);
  const std::string cut = receive(first);
  EXPECT_LT(cut.size(), large_.size()) << "closed to make room for the second";
  EXPECT_GT(receive(second).size(), large_.size());
}

TEST_F(http_server, a_pause_follows_what_cost_time) {
  response_us_ = 2000;
  const Descriptor client = request("GET / HTTP/1.1\r\n\r\n");
  const int64_t pause_ms = 2 * (HttpServer::kTimeShare - 1);
  while (server_.descriptor(now_ms_) >= 0) server_.run(now_ms_);
  EXPECT_EQ(server_.next_ms(now_ms_), now_ms_ + pause_ms);
  const Descriptor next = request("GET / HTTP/1.1\r\n\r\n");
  server_.run(now_ms_ + pause_ms - 1);
  EXPECT_FALSE(is_closed(next));
  now_ms_ += pause_ms;
  EXPECT_GE(server_.descriptor(now_ms_), 0);
  response_us_ = 0;
  EXPECT_TRUE(receive(next).starts_with("HTTP/1.1 200 OK"));
}

TEST_F(http_server, a_client_that_sends_no_more_gets_its_response) {
  const Descriptor whole = request("GET / HTTP/1.1\r\n\r\n"), part = request("GET / HT");
  for (const Descriptor* const client : {&whole, &part}) ASSERT_EQ(::shutdown(client->get(), SHUT_WR), 0);
  EXPECT_TRUE(receive(whole).ends_with("you asked for /\n"));
  EXPECT_EQ(receive(part), "");
}

TEST_F(http_server, without_descriptors_connections_wait_and_the_loop_does_not_spin) {
  const Descriptor client = request("GET / HTTP/1.1\r\n\r\n");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none = {0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  server_.run(now_ms_);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(server_.descriptor(now_ms_), -1);
  EXPECT_EQ(server_.next_ms(now_ms_), now_ms_ + 1000);
  now_ms_ += 1000;
  EXPECT_TRUE(receive(client).ends_with("you asked for /\n"));
}

TEST_F(http_server, an_address_that_is_in_use_is_an_error) {
  const std::string& url = server_.url();
  std::string error;
  EXPECT_FALSE(listen_on("127.0.0.1", static_cast<uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))), error));
  EXPECT_EQ(error, "Address already in use");
}

TEST(http_listener, addresses_are_ipv4_or_ipv6) {
  for (const char* const good : {"127.0.0.1", "0.0.0.0", "::1", "::"}) EXPECT_TRUE(is_ip_address(good)) << good;
  for (const char* const bad : {"", "localhost", "127.0.0.1:80", "[::1]", "1.2.3"})
    EXPECT_FALSE(is_ip_address(bad)) << bad;
}

}  // namespace
}  // namespace penstock::host
