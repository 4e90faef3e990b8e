// An HTTP server on the test's own thread. Every stream socket that this process connects over IPv4 leads to it,
// as a socket of the machine in place of TCP: what one end has sent is there for the other at once, however busy
// the machine is.
#pragma once

#include <functional>
#include <list>
#include <string>

#include "tests/model_kinesis/message.h"

namespace penstock::abi {

// One at a time in a process.
class LocalServer {
 public:
  using Handle = std::function<model::Reply(model::Request)>;

  explicit LocalServer(Handle handle);
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

  // Answers all that was asked by now. Never waits.
  void serve();

 private:
  struct Connection {
    int descriptor;
    std::string asked;
  };
  // False where the connection is at its end.
  bool serve(Connection& connection) const;
  bool answer(const Connection& connection, model::Request request) const;

  Handle handle_;
  int listener_;
  std::list<Connection> connections_;
};

}  // namespace penstock::abi
