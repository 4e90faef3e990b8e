// Kept connections that send large bodies in full segments, without a delay of their last part.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <future>
#include <string>

#include "tests/unit/core/posix/curl_client.h"
#include "tests/unit/core/posix/loopback_server.h"

namespace penstock::posix {
namespace {

constexpr int kMaxDescriptor = 1024;
constexpr int kNoConnection = -1;

// Returns whether the client's connection to the server is corked: 0, 1, or kNoConnection.
int is_corked(const LoopbackServer& server) {
  for (int fd = 0; fd < kMaxDescriptor; ++fd) {
    sockaddr_in peer = {};
    socklen_t peer_bytes = sizeof peer;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &peer_bytes) != 0) continue;
    if (peer.sin_family != AF_INET || ntohs(peer.sin_port) != server.port()) continue;
    int corked = 0;
    socklen_t corked_bytes = sizeof corked;
    if (getsockopt(fd, IPPROTO_TCP, TCP_CORK, &corked, &corked_bytes) == 0) return corked;
  }
  return kNoConnection;
}

HttpRequest post(const LoopbackServer& server, size_t bytes) {
  HttpRequest request = CurlClient::get(server.url());
  request.method = "POST";
  request.body.assign(bytes, 'x');
  return request;
}

constexpr size_t kLargeBytes = 300'000;

TEST(curl_cork, a_connection_that_sent_a_large_body_is_corked_until_the_next_request_is_sent) {
  for (const size_t next_bytes : {size_t{1}, kLargeBytes}) {
    std::promise<void> arrived, answer;
    std::future<void> may_answer = answer.get_future();
    LoopbackServer server([&, number = 0](const std::string&) mutable {
      if (++number == 2) {
        arrived.set_value();
        may_answer.wait();
      }
      return LoopbackServer::Reply{response_200("")};
    });
    CurlClient client;
    EXPECT_EQ(client.call(post(server, kLargeBytes)).http_status, 200);
    EXPECT_EQ(is_corked(server), 1);
    const auto response = client.start(post(server, next_bytes));
    std::future<void> has_arrived = arrived.get_future();
    while (has_arrived.wait_for(std::chrono::seconds(0)) != std::future_status::ready) client.transport().drive(0);
    client.transport().drive(0);
    EXPECT_EQ(is_corked(server), 0);
    answer.set_value();
    EXPECT_TRUE(client.drive_until([&] { return response->has_value(); }));
    EXPECT_EQ((*response)->http_status, 200);
    EXPECT_EQ(server.connections(), 1u);
  }
}

TEST(curl_cork, a_connection_with_small_bodies_only_is_never_corked) {
  LoopbackServer server([](const std::string&) { return LoopbackServer::Reply{response_200("")}; });
  CurlClient client;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(client.call(post(server, 65'536)).http_status, 200);
    EXPECT_EQ(is_corked(server), 0);
  }
  EXPECT_EQ(client.call(post(server, 65'537)).http_status, 200);
  EXPECT_EQ(is_corked(server), 1);
}

}  // namespace
}  // namespace penstock::posix
