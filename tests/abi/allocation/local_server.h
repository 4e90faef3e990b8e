// An HTTP server on the test's own thread. Every stream socket that this process connects over IPv4 is connected
// to it through a Unix socket instead of TCP: what one end sends is at the other end at once, however busy the
// machine is.
#pragma once

#include <functional>
#include <list>
#include <string>

#include "tests/model_kinesis/message.h"

namespace penstock::abi {

// REQUIRES: at most one exists in a process.
class LocalServer {
 public:
  using Handle = std::function<model::Reply(model::Request)>;

  explicit LocalServer(Handle handle);
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

  // Answers all requests that have arrived. Never waits.
  void serve();

 private:
  struct Connection {
    int descriptor;
    std::string asked;
  };
  // Returns false at the end of the connection.
  bool serve(Connection& connection) const;
  bool respond(const Connection& connection, model::Request request) const;

  Handle handle_;
  int listener_;
  std::list<Connection> connections_;
};

}  // namespace penstock::abi
