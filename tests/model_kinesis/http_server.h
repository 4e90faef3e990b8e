// Serves a model's replies over HTTP/1.1 or HTTPS: one request at a time is handled, each connection has a thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tests/model_kinesis/message.h"

namespace penstock::model {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;           // 0: a free one
  std::string cert_file;  // PEM; with key_file: HTTPS
  std::string key_file;
  int threads = 128;  // the most connections; others wait until one closes
};

class HttpServer {
 public:
  using Handle = std::function<Reply(Request)>;

  // REQUIRES: `handle` outlives the server's connections. Calls of it never overlap.
  HttpServer(ServerOptions options, Handle handle);
  // Closes every connection, even with a request in progress, and joins the threads.
  ~HttpServer();

  // Starts to listen. Returns "", or the error.
  std::string start();
  int port() const;
  std::string url() const;  // http://127.0.0.1:4711

  // Runs `work` while no request is handled. Not from inside `handle`.
  void alone(const std::function<void()>& work);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace penstock::model
