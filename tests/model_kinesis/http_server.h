// A model's replies behind HTTP/1.1 or HTTPS: one request at a time is answered, each connection by a thread.
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
  int threads = 128;  // one for each connection: more wait until one closes
};

class HttpServer {
 public:
  using Handle = std::function<Reply(Request)>;

  // handle outlives the server's connections; no two calls of it run at a time.
  HttpServer(ServerOptions options, Handle handle);
  // Closes every connection, whatever is under way, and joins the threads.
  ~HttpServer();

  // Listens. Returns "", or why it cannot.
  std::string start();
  int port() const;
  std::string url() const;  // http://127.0.0.1:4711

  // Runs work while nothing is handled. Not from inside handle.
  void alone(const std::function<void()>& work);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace penstock::model
