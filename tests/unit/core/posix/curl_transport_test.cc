// The transport against a server on loopback, plain HTTP.
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "tests/unit/core/posix/curl_client.h"
#include "tests/unit/core/posix/loopback_server.h"

namespace penstock::posix {
namespace {

using Reply = LoopbackServer::Reply;
using Then = LoopbackServer::Then;

// Blocks server threads until the test opens the gate or has failed.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(kTestLimitMs), [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

TEST(curl_transport, a_post_returns_status_headers_and_body) {
  std::string seen;
  LoopbackServer server([&](const std::string& request) {
    seen = request;
    return Reply{"HTTP/1.1 404 Not Found\r\nX-Amzn-ErrorType:  A:b \r\nContent-Length: 3\r\n\r\nabc"};
  });
  CurlClient client;
  HttpRequest request = client.get(server.url("/path?q=1"));
  request.method = "POST";
  request.headers = {{"X-Amz-Target", "T"}, {"X-Empty", ""}};
  request.body = std::string("a\0b", 3);
  const HttpResponse response = client.call(request);
  ASSERT_TRUE(response.transport.ok()) << response.transport.message();
  EXPECT_EQ(response.http_status, 404);
  EXPECT_EQ(response.header("x-amzn-errortype"), "A:b");
  EXPECT_EQ(response.body, "abc");
  EXPECT_FALSE(response.over_tls);
  EXPECT_TRUE(seen.starts_with("POST /path?q=1 HTTP/1.1\r\n")) << seen;
  EXPECT_TRUE(has(seen, "\r\nHost: 127.0.0.1:" + std::to_string(server.port()) + "\r\n")) << seen;
  EXPECT_TRUE(has(seen, "\r\nX-Amz-Target: T\r\n")) << seen;
  EXPECT_TRUE(has(seen, "\r\nX-Empty:\r\n")) << seen;
  EXPECT_TRUE(has(seen, "\r\nContent-Length: 3\r\n")) << seen;
  EXPECT_FALSE(has(seen, "Content-Type")) << seen;
  EXPECT_TRUE(seen.ends_with(request.body));
}

TEST(curl_transport, a_put_without_a_body_has_length_0_and_a_get_has_none) {
  std::string seen;
  LoopbackServer server([&](const std::string& request) {
    seen = request;
    return Reply{response_200("")};
  });
  CurlClient client;
  HttpRequest request = client.get(server.url());
  client.call(request);
  EXPECT_TRUE(seen.starts_with("GET / ")) << seen;
  EXPECT_FALSE(has(seen, "Content-Length")) << seen;
  request.method = "PUT";
  EXPECT_TRUE(client.call(request).transport.ok());
  EXPECT_TRUE(seen.starts_with("PUT / ")) << seen;
  EXPECT_TRUE(has(seen, "Content-Length: 0\r\n")) << seen;
}

TEST(curl_transport, a_large_body_is_sent_completely_and_without_expect) {
  std::string seen;
  LoopbackServer server([&](const std::string& request) {
    seen = request;
    return Reply{response_200("")};
  });
  CurlClient client;
  HttpRequest request = client.get(server.url());
  request.method = "POST";
  request.body.assign(5 << 20, 'x');
  ASSERT_TRUE(client.call(request).transport.ok());
  EXPECT_FALSE(has(seen.substr(0, 1000), "Expect"));
  EXPECT_TRUE(seen.ends_with(request.body));
}

TEST(curl_transport, a_response_returns_the_requests_body) {
  LoopbackServer server([](const std::string&) { return Reply{response_200("x")}; });
  CurlClient client;
  HttpRequest request = client.get(server.url());
  request.method = "POST";
  request.body.assign(1 << 20, 'x');
  const char* const memory = request.body.data();
  const HttpResponse response = client.call(std::move(request));
  EXPECT_EQ(response.request_body.data(), memory);
  EXPECT_EQ(response.request_body.size(), size_t{1} << 20);
}

TEST(curl_transport, consecutive_calls_share_one_connection) {
  LoopbackServer server([](const std::string&) { return Reply{response_200("x")}; });
  CurlClient client;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.call(client.get(server.url())).body, "x");
  EXPECT_EQ(server.connections(), 1U);
}

TEST(curl_transport, calls_run_concurrently) {
  std::mutex mutex;
  std::condition_variable arrived;
  int waiting = 0;
  LoopbackServer server([&](const std::string& request) {
    std::unique_lock lock(mutex);
    ++waiting;
    arrived.notify_all();
    arrived.wait(lock, [&] { return waiting >= 2; });  // each answers only after the other has arrived
    return Reply{response_200(request.substr(0, 6))};
  });
  CurlClient client;
  const auto first = client.start(client.get(server.url("/a")));
  const auto second = client.start(client.get(server.url("/b")));
  ASSERT_TRUE(client.drive_until([&] { return first->has_value() && second->has_value(); }));
  EXPECT_EQ((*first)->body, "GET /a");
  EXPECT_EQ((*second)->body, "GET /b");
  EXPECT_EQ(server.connections(), 2U);
}

TEST(curl_transport, a_callback_may_start_the_next_call) {
  LoopbackServer server([](const std::string& request) { return Reply{response_200(request.substr(0, 6))}; });
  CurlClient client;
  std::string order;
  client.transport().start(client.get(server.url("/a")), [&](const HttpResponse& first) {
    order += first.body;
    client.transport().start(client.get(server.url("/b")),
                             [&](const HttpResponse& second) { order += second.body; });
  });
  EXPECT_TRUE(client.drive_until([&] { return order == "GET /aGET /b"; })) << order;
}

TEST(curl_transport, more_calls_than_cached_handles_all_complete) {
  LoopbackServer server([](const std::string&) { return Reply{response_200("x")}; });
  CurlClient client;
  int ended = 0;
  for (int i = 0; i < 100; ++i)
    client.transport().start(client.get(server.url()),
                             [&](const HttpResponse& response) { ended += response.http_status == 200; });
  EXPECT_TRUE(client.drive_until([&] { return ended == 100; })) << ended;
}

TEST(curl_transport, the_transports_descriptor_is_readable_when_a_response_arrives) {
  LoopbackServer server([](const std::string&) { return Reply{response_200("x")}; });
  CurlClient client;
  EXPECT_EQ(client.transport().next_deadline_ms(), kNever);
  const auto response = client.start(client.get(server.url()));
  EXPECT_LE(client.transport().next_deadline_ms(), client.clock().monotonic_ms());
  // As a host does it: waits on the descriptor and the deadline, then drives without waiting.
  for (int i = 0; i < 1000 && !response->has_value(); ++i) {
    const int64_t due_ms = client.transport().next_deadline_ms();
    const int64_t wait_ms = std::clamp<int64_t>(due_ms - client.clock().monotonic_ms(), 0, kTestLimitMs);
    pollfd waiting = {client.transport().descriptor(), POLLIN, 0};
    poll(&waiting, 1, static_cast<int>(wait_ms));
    client.transport().drive(0);
  }
  ASSERT_TRUE(response->has_value());
  EXPECT_EQ((*response)->body, "x");
}

TEST(curl_transport, drive_waits_no_longer_than_its_deadline) {
  Gate gate;
  LoopbackServer server([&](const std::string&) {
    gate.wait();
    return Reply{response_200("x")};
  });
  CurlClient client;
  const auto response = client.start(client.get(server.url()));
  client.transport().drive(0);
  const int64_t deadline_ms = client.clock().monotonic_ms() + 20;
  client.transport().drive(deadline_ms);
  EXPECT_GE(client.clock().monotonic_ms(), deadline_ms);
  EXPECT_FALSE(response->has_value());
  gate.open();
  EXPECT_TRUE(client.drive_until([&] { return response->has_value(); }));
}

TEST(curl_transport, a_call_without_a_response_ends_at_its_timeout) {
  Gate gate;
  LoopbackServer server([&](const std::string& request) {
    if (has(request, "GET /connect ")) return Reply{response_200("")};
    gate.wait();
    return Reply{"", Then::close};
  });
  CurlClient client;
  ASSERT_TRUE(client.call(client.get(server.url("/connect"))).transport.ok());
  HttpRequest request = client.get(server.url("/?secret=1"));
  request.timeout_ms = 50;
  const HttpResponse response = client.call(request);
  gate.open();
  EXPECT_EQ(response.transport.code(), Code::transient);
  EXPECT_TRUE(has(response.transport.message(), "call to 127.0.0.1:")) << response.transport.message();
  EXPECT_TRUE(has(response.transport.message(), "50 ms")) << response.transport.message();
  EXPECT_FALSE(has(response.transport.message(), "secret")) << response.transport.message();
}

TEST(curl_transport, a_response_after_the_connect_timeout_is_awaited_on_an_open_connection) {
  Gate gate;
  std::atomic<bool> asked = false;
  LoopbackServer server([&](const std::string&) {
    asked = true;
    gate.wait();
    return Reply{response_200("x")};
  });
  CurlOptions options;
  options.connect_timeout_ms = 500;
  CurlClient client(options);
  const auto response = client.start(client.get(server.url()));
  const int64_t start_ms = client.clock().monotonic_ms();
  while (!asked && client.clock().monotonic_ms() < start_ms + kTestLimitMs)
    client.transport().drive(client.clock().monotonic_ms() + 1);
  client.transport().drive(client.clock().monotonic_ms() + options.connect_timeout_ms);
  EXPECT_FALSE(response->has_value());
  gate.open();
  ASSERT_TRUE(client.drive_until([&] { return response->has_value(); }));
  EXPECT_EQ((*response)->body, "x") << (*response)->transport.message();
}

TEST(curl_transport, a_call_without_a_timeout_is_rejected) {
  CurlClient client;
  HttpRequest request = client.get("http://127.0.0.1:1/");
  request.timeout_ms = 0;
  const auto response = client.start(request);
  EXPECT_FALSE(response->has_value()) << "done ran inside start()";
  EXPECT_LE(client.transport().next_deadline_ms(), client.clock().monotonic_ms());
  client.transport().drive(0);
  ASSERT_TRUE(response->has_value());
  EXPECT_EQ((*response)->transport.code(), Code::invalid);
}

TEST(curl_transport, a_refused_connection_is_transient_and_names_the_host) {
  std::string url;
  {
    LoopbackServer gone([](const std::string&) { return Reply{}; });
    url = gone.url("/?secret=1");
  }
  CurlClient client;
  const HttpResponse response = client.call(client.get(url));
  EXPECT_EQ(response.transport.code(), Code::transient);
  EXPECT_TRUE(has(response.transport.message(), "cannot connect to 127.0.0.1:")) << response.transport.message();
  EXPECT_FALSE(has(response.transport.message(), "secret")) << response.transport.message();
}

TEST(curl_transport, an_error_message_has_no_duration_so_repeats_are_equal) {
  Gate gate;
  LoopbackServer server([&](const std::string& request) {
    if (has(request, "GET /connect ")) return Reply{response_200("")};
    gate.wait();
    return Reply{"", Then::close};
  });
  CurlClient client;
  ASSERT_TRUE(client.call(client.get(server.url("/connect"))).transport.ok());
  HttpRequest silent = client.get(server.url());
  silent.timeout_ms = 20;
  const std::string timed_out = client.call(silent).transport.message();
  gate.open();
  EXPECT_TRUE(has(timed_out, "timed out with 0 bytes received (limits: ")) << timed_out;
  const std::string rejected = client.call(client.get("http://127.0.0.1:1/")).transport.message();
  EXPECT_TRUE(has(rejected, "cannot connect to 127.0.0.1:1: Failed to connect to 127.0.0.1")) << rejected;
  EXPECT_FALSE(has(rejected, " after ") || has(rejected, " ms")) << rejected;
}

TEST(curl_transport, a_connection_closed_before_the_response_is_a_transient_error) {
  LoopbackServer server([](const std::string&) { return Reply{"", Then::close}; });
  CurlClient client;
  const HttpResponse response = client.call(client.get(server.url()));
  EXPECT_EQ(response.transport.code(), Code::transient);
  EXPECT_TRUE(has(response.transport.message(), "127.0.0.1")) << response.transport.message();
}

TEST(curl_transport, an_idle_connection_that_the_server_closed_is_replaced) {
  LoopbackServer server([](const std::string&) { return Reply{response_200("x"), Then::close}; });
  CurlClient client;
  EXPECT_EQ(client.call(client.get(server.url())).body, "x");
  EXPECT_EQ(client.call(client.get(server.url())).body, "x");
  EXPECT_EQ(server.connections(), 2U);
}

TEST(curl_transport, a_truncated_response_is_a_transient_error_without_a_body) {
  LoopbackServer server([](const std::string&) {
    return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", Then::close};
  });
  CurlClient client;
  const HttpResponse response = client.call(client.get(server.url()));
  EXPECT_EQ(response.transport.code(), Code::transient);
  EXPECT_EQ(response.body, "");
  EXPECT_TRUE(response.headers.empty());
  EXPECT_EQ(response.http_status, 0);
}

TEST(curl_transport, a_truncated_chunked_response_is_a_transient_error) {
  LoopbackServer server([](const std::string&) {
    return Reply{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", Then::close};
  });
  CurlClient client;
  EXPECT_EQ(client.call(client.get(server.url())).transport.code(), Code::transient);
}

TEST(curl_transport, a_response_may_have_the_maximum_size) {
  std::string body(1000, 'x');
  LoopbackServer server([&](const std::string& request) {
    return Reply{request.starts_with("GET /chunked ")
                     ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + body + "\r\n0\r\n\r\n"
                     : response_200(body)};
  });
  CurlClient client;
  for (const char* path : {"/", "/chunked"}) {
    HttpRequest request = client.get(server.url(path));
    request.max_response_bytes = body.size();
    EXPECT_EQ(client.call(request).body, body) << path;
    request.max_response_bytes = body.size() - 1;
    const HttpResponse response = client.call(request);
    EXPECT_EQ(response.transport.code(), Code::too_large) << path;
    EXPECT_TRUE(has(response.transport.message(), "999 bytes")) << response.transport.message();
    EXPECT_EQ(response.body, "");
  }
  HttpRequest request = client.get(server.url());
  request.max_response_bytes = 0;
  EXPECT_EQ(client.call(request).transport.code(), Code::too_large);
  body = "x";
  EXPECT_EQ(client.call(request).transport.code(), Code::too_large);
  body = "";
  EXPECT_TRUE(client.call(request).transport.ok());
}

TEST(curl_transport, a_response_over_the_limit_ends_when_its_length_is_announced) {
  LoopbackServer server(
      [](const std::string&) { return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n"}; });
  CurlClient client;  // no byte of the body ever arrives
  EXPECT_EQ(client.call(client.get(server.url())).transport.code(), Code::too_large);
}

TEST(curl_transport, response_headers_may_have_64_kib) {
  size_t filler = 0;
  LoopbackServer server([&](const std::string&) {
    std::string headers;
    for (size_t left = filler; left > 0; left -= std::min<size_t>(left, 1024))
      headers += "X: " + std::string(std::min<size_t>(left, 1024) - 5, 'h') + "\r\n";
    return Reply{response_200("x", headers)};
  });
  CurlClient client;
  filler = size_t{63} * 1024;
  EXPECT_TRUE(client.call(client.get(server.url())).transport.ok());
  filler = size_t{64} * 1024;
  EXPECT_EQ(client.call(client.get(server.url())).transport.code(), Code::transient);
}

TEST(curl_transport, headers_of_an_interim_response_are_ignored) {
  LoopbackServer server([](const std::string&) {
    return Reply{"HTTP/1.1 103 Early Hints\r\nDate: early\r\n\r\n" + response_200("x", "Date: final\r\n")};
  });
  CurlClient client;
  const HttpResponse response = client.call(client.get(server.url()));
  EXPECT_EQ(response.http_status, 200);
  EXPECT_EQ(response.header("date"), "final");
}

TEST(curl_transport, a_redirect_is_not_followed) {
  std::atomic<int> requests = 0;
  LoopbackServer server([&](const std::string&) {
    ++requests;
    return Reply{"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"};
  });
  CurlClient client;
  EXPECT_EQ(client.call(client.get(server.url())).http_status, 302);
  EXPECT_EQ(requests, 1);
}

TEST(curl_transport, other_protocols_and_users_in_urls_are_rejected) {
  CurlClient client;
  for (const char* url :
       {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://user:hunter2@127.0.0.1:1/"}) {
    const HttpResponse response = client.call(client.get(url));
    EXPECT_EQ(response.transport.code(), Code::config) << url << ": " << response.transport.message();
    EXPECT_FALSE(has(response.transport.message(), "hunter2")) << response.transport.message();
    EXPECT_EQ(response.body, "");
  }
}

TEST(curl_transport, a_header_with_a_line_end_is_rejected) {
  CurlClient client;
  HttpRequest request = client.get("http://127.0.0.1:1/");
  request.headers = {{"X-A", "b\r\nX-C: d"}};
  const HttpResponse response = client.call(request);
  EXPECT_EQ(response.transport.code(), Code::invalid);
  EXPECT_TRUE(has(response.transport.message(), "X-A")) << response.transport.message();
}

TEST(curl_transport, a_connection_reset_while_sending_raises_no_signal) {
  LoopbackServer server([](const std::string&) { return Reply{"", Then::reset}; }, {nullptr, false});
  CurlClient client;
  HttpRequest request = client.get(server.url());
  request.method = "POST";
  request.body.assign(20 << 20, 'x');
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.call(request).transport.code(), Code::transient);
}

TEST(curl_transport, destruction_ends_calls_without_callbacks) {
  Gate gate;
  bool completed = false;
  LoopbackServer server([&](const std::string&) {
    gate.wait();
    return Reply{response_200("x")};
  });
  CurlClient client;
  client.transport().start(client.get(server.url()), [&](const HttpResponse&) { completed = true; });
  client.transport().drive(client.clock().monotonic_ms() + 20);
  client.destroy_transport();
  EXPECT_FALSE(completed);
  gate.open();
}

}  // namespace
}  // namespace penstock::posix
