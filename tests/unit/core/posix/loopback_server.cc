#include "tests/unit/core/posix/loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace penstock::posix {

namespace {

// The server may write to a closed connection; its threads block the signal, so that it never affects the tested
// code.
void block_sigpipe_in_this_thread() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

size_t read_some(int socket, ssl_st* tls, char* buffer, int size) {
  const ssize_t count =
      tls != nullptr ? SSL_read(tls, buffer, size) : recv(socket, buffer, static_cast<size_t>(size), 0);
  return count > 0 ? static_cast<size_t>(count) : 0;
}

void write_all(int socket, ssl_st* tls, const std::string& bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t left = bytes.size() - at;
    const ssize_t count = tls != nullptr ? SSL_write(tls, bytes.data() + at, static_cast<int>(left))
                                         : send(socket, bytes.data() + at, left, 0);
    if (count <= 0) return;
    at += static_cast<size_t>(count);
  }
}

size_t content_length(const std::string& head) {
  const size_t at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
}

}  // namespace

LoopbackServer::LoopbackServer(Handler handler, Options options)
    : handler_(std::move(handler)), options_(options) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, plain, size) != 0 || listen(listener_, 64) != 0 || getsockname(listener_, plain, &size) != 0)
    throw std::runtime_error("no loopback port");
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  close(listener_);
  for (Connection& connection : connections_) shutdown(connection.socket, SHUT_RDWR);
  for (Connection& connection : connections_) {
    connection.thread.join();
    close(connection.socket);
  }
}

std::string LoopbackServer::url(const std::string& path) const {
  return (options_.tls != nullptr ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) + path;
}

size_t LoopbackServer::connections() {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

void LoopbackServer::accept_all() {
  for (;;) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard lock(mutex_);
    connections_.push_back({socket, {}});
    connections_.back().thread = std::thread([this, socket] { serve(socket); });
  }
}

void LoopbackServer::serve(int socket) {
  block_sigpipe_in_this_thread();
  ssl_st* tls = nullptr;
  if (options_.tls != nullptr) {
    tls = SSL_new(options_.tls);
    SSL_set_fd(tls, socket);
    if (SSL_accept(tls) == 1) respond_to_all(socket, tls);
    SSL_free(tls);
  } else {
    respond_to_all(socket, nullptr);
  }
  shutdown(socket, SHUT_RDWR);
}

void LoopbackServer::respond_to_all(int socket, ssl_st* tls) {
  std::string pending;
  char buffer[65536];
  for (;;) {
    size_t head = pending.find("\r\n\r\n");
    size_t whole = head == std::string::npos ? 0 : head + 4;
    if (whole != 0 && options_.read_body) whole += content_length(pending.substr(0, whole));
    if (whole == 0 || pending.size() < whole) {
      const size_t count = read_some(socket, tls, buffer, sizeof buffer);
      if (count == 0) return;
      pending.append(buffer, count);
      continue;
    }
    const Reply reply = handler_(pending.substr(0, whole));
    pending.erase(0, whole);
    write_all(socket, tls, reply.bytes);
    if (reply.then == Then::close) return;
    if (reply.then == Then::reset) {
      // On Linux, connecting a socket to AF_UNSPEC resets it and keeps its descriptor.
      sockaddr nowhere = {};
      nowhere.sa_family = AF_UNSPEC;
      if (connect(socket, &nowhere, sizeof nowhere) != 0) std::abort();
      return;
    }
  }
}

std::string response_200(const std::string& body, const std::string& more_headers) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more_headers + "\r\n" +
         body;
}

}  // namespace penstock::posix
