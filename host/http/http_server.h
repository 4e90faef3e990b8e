// The HTTP server of the host: answers GET requests on the thread of the loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/http/http_request.h"
#include "host/http/listener.h"

namespace penstock::host {

struct HttpResponse {
  int status = 200;
  std::string content_type;
  std::string body;
};

// A server that never waits and starts no thread. A connection carries one request and ends after kConnectionMs.
// Everything that a client can use up has a limit:
//   connections        kMaxConnections; a new one closes the oldest
//   size of a request  HttpRequestParser::kMaxHeadBytes; a body is not read
//   unsent responses   kMaxUnsentBytes; a new one closes the oldest connections that still have one to send
//   processor time     1 / kTimeShare of the thread's time: run() is followed by a pause in proportion to its cost
class HttpServer {
 public:
  static constexpr size_t kMaxConnections = 16;
  static constexpr int64_t kConnectionMs = 10'000;
  static constexpr size_t kMaxUnsentBytes = 4 << 20;
  static constexpr int64_t kTimeShare = 50;

  // Returns the response to a GET request for that path. Runs during run().
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  // cost_us: returns the processor time of the thread in microseconds; a parameter for tests.
  HttpServer(Listener listener, Handler handler, std::function<int64_t()> cost_us = thread_cpu_us);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  const std::string& url() const { return listener_.url; }
  uint16_t port() const { return listener_.port; }

  // Returns a descriptor that is readable when run() has work to do; -1 during a pause.
  int descriptor(int64_t now_ms) const { return now_ms < pause_end_ms_ ? -1 : epoll_.get(); }
  // Returns when to call run(), or descriptor() again, even if the descriptor stays quiet; INT64_MAX: never.
  int64_t next_ms(int64_t now_ms) const;

  // Accepts, reads, and writes what is possible without waiting. Does nothing during a pause.
  void run(int64_t now_ms);

  static int64_t thread_cpu_us();

 private:
  struct Connection;

  void serve(int64_t now_ms);
  void accept_waiting(int64_t now_ms);
  bool handle(Connection& connection);
  bool read(Connection& connection);
  bool write(Connection& connection);
  bool respond(Connection& connection, HttpRequestParser::State state);
  bool send(Connection& connection, HttpResponse response, bool with_body);
  void make_room_for(const Connection& connection);
  bool watch(Connection& connection, uint32_t events);

  Listener listener_;
  Handler handler_;
  std::function<int64_t()> cost_us_;
  Descriptor epoll_;
  std::vector<std::unique_ptr<Connection>> connections_;  // the oldest first
  uint64_t last_id_ = 0;
  int64_t pause_end_ms_ = INT64_MIN;
};

}  // namespace penstock::host
