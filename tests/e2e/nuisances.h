// What may surround the host and must not slow it down: a log that nothing reads, and clients of its HTTP server
// that never read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/e2e/child_process.h"

namespace penstock::e2e {

// A pipe for the output of a host, which is read until the host says where its HTTP server listens, and then never
// again.
class UnreadPipe {
 public:
  static constexpr int kBytes = 4096;  // that fit into the pipe

  explicit UnreadPipe(std::string path);
  ~UnreadPipe();
  UnreadPipe(const UnreadPipe&) = delete;
  UnreadPipe& operator=(const UnreadPipe&) = delete;

  const std::string& path() const { return path_; }
  // Returns the port of the host's HTTP server; 0 if the host ends or does not say it within a minute. REQUIRES:
  // the output of the host is path(), and HTTP_Server is on.
  uint16_t read_port(ChildProcess& host);
  bool is_full() const;

 private:
  std::string path_;
  int reader_;
};

// Connections to an HTTP server, each with a request for /metrics whose response is never read.
class UnreadClients {
 public:
  // Raises the limit of descriptors of this process if necessary. Returns false if the system does not allow that
  // many clients.
  static bool are_possible(size_t count);

  UnreadClients(uint16_t port, size_t count);
  ~UnreadClients();
  UnreadClients(const UnreadClients&) = delete;
  UnreadClients& operator=(const UnreadClients&) = delete;

  // Connects again where the server has closed the connection, and sends the requests that were not sent yet.
  void keep_open();
  size_t connections() const { return connected_; }  // that the server has accepted so far

 private:
  struct Client {
    int socket = -1;
    bool asked = false;
  };
  void connect(Client& client) const;

  uint16_t port_;
  std::vector<Client> clients_;
  size_t connected_ = 0;
};

}  // namespace penstock::e2e
