// A small HTTP/1.1 server on 127.0.0.1 that answers with exactly the given bytes, invalid ones too.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

struct ssl_ctx_st;
struct ssl_st;

namespace penstock::posix {

class LoopbackServer {
 public:
  enum class Then { keep, close, reset };
  struct Reply {
    std::string bytes;
    Then then = Then::keep;
  };
  // Gets a complete request; runs on the thread of its connection.
  using Handler = std::function<Reply(const std::string& request)>;
  struct Options {
    ssl_ctx_st* tls = nullptr;  // outlives the server
    bool read_body = true;      // or answer as soon as the headers have arrived
  };

  LoopbackServer(Handler handler, Options options);
  explicit LoopbackServer(Handler handler) : LoopbackServer(std::move(handler), Options()) {}
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  uint16_t port() const { return port_; }
  std::string url(const std::string& path = "/") const;
  size_t connections();  // accepted so far

 private:
  struct Connection {
    int socket = -1;
    std::thread thread;
  };

  void accept_all();
  void serve(int socket);
  void respond_to_all(int socket, ssl_st* tls);

  const Handler handler_;
  const Options options_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::list<Connection> connections_;  // sockets stay open until the end, so that no descriptor is reused
  std::thread accepting_;
};

// A complete response with a length and this body.
std::string response_200(const std::string& body, const std::string& more_headers = "");

}  // namespace penstock::posix
