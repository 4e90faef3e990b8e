#include "tests/abi/allocation/local_server.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

namespace penstock::abi {
namespace {

sockaddr_un server_address = {};
socklen_t server_address_size = 0;  // 0: no server

int socket_of(int domain, int type, int protocol) {
  return static_cast<int>(syscall(SYS_socket, domain, type, protocol));
}
int connected(int descriptor, const void* address, socklen_t size) {
  return static_cast<int>(syscall(SYS_connect, descriptor, address, size));
}

bool sent(int descriptor, std::string_view bytes) {
  return send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
         static_cast<ssize_t>(bytes.size());
}

// Removes the first complete request from `text` and returns it.
std::optional<model::Request> take_request(std::string& text) {
  constexpr std::string_view kEndOfLine = "\r\n";
  const size_t head_end = text.find("\r\n\r\n");
  if (head_end == std::string::npos) return std::nullopt;
  model::Request request;
  size_t at = text.find(kEndOfLine);
  const std::string line = text.substr(0, at);
  const size_t method_end = line.find(' ');
  request.method = line.substr(0, method_end);
  request.path = line.substr(method_end + 1, line.rfind(' ') - method_end - 1);
  while (at < head_end) {
    at += kEndOfLine.size();
    const size_t end = text.find(kEndOfLine, at);
    const size_t colon = text.find(": ", at);
    request.headers.emplace_back(text.substr(at, colon - at), text.substr(colon + 2, end - colon - 2));
    at = end;
  }
  const std::string length(model::header(request.headers, "content-length"));
  const size_t body_size = std::strtoull(length.c_str(), nullptr, 10);
  const size_t body_begin = head_end + 4;
  if (text.size() < body_begin + body_size) return std::nullopt;
  request.body = text.substr(body_begin, body_size);
  text.erase(0, body_begin + body_size);
  return request;
}

}  // namespace

LocalServer::LocalServer(Handle handle)
    : handle_(std::move(handle)), listener_(socket_of(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  server_address.sun_family = AF_UNIX;
  // Bound with the address family alone, so that the system chooses a name.
  EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&server_address), sizeof server_address.sun_family),
            0);
  EXPECT_EQ(listen(listener_, SOMAXCONN), 0);
  server_address_size = sizeof server_address;
  EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&server_address), &server_address_size), 0);
}

LocalServer::~LocalServer() {
  server_address_size = 0;
  for (const Connection& connection : connections_) close(connection.descriptor);
  close(listener_);
}

void LocalServer::serve() {
  for (int descriptor; (descriptor = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;)
    connections_.push_back({descriptor, ""});
  connections_.remove_if([this](Connection& connection) {
    if (serve(connection)) return false;
    close(connection.descriptor);
    return true;
  });
}

bool LocalServer::serve(Connection& connection) const {
  std::array<char, 65536> piece;
  ssize_t size = 0;
  while ((size = recv(connection.descriptor, piece.data(), piece.size(), 0)) > 0)
    connection.asked.append(piece.data(), static_cast<size_t>(size));
  const bool ended = size == 0 || errno != EAGAIN;
  while (std::optional<model::Request> request = take_request(connection.asked))
    if (!respond(connection, std::move(*request))) return false;
  return !ended;
}

bool LocalServer::respond(const Connection& connection, model::Request request) const {
  const model::Reply reply = handle_(std::move(request));
  if (reply.wire != model::Wire::whole) return false;
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Reply\r\n";
  for (const auto& [name, value] : reply.headers) text.append(name).append(": ").append(value).append("\r\n");
  text += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
  return sent(connection.descriptor, text);
}

}  // namespace penstock::abi

#pragma GCC visibility push(default)

extern "C" {

int socket(int domain, int type, int protocol) noexcept {
  const bool is_stream = (type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) == SOCK_STREAM;
  return domain == AF_INET && is_stream ? penstock::abi::socket_of(AF_UNIX, type, 0)
                                        : penstock::abi::socket_of(domain, type, protocol);
}

int connect(int descriptor, const sockaddr* address, socklen_t size) {
  if (address->sa_family != AF_INET) return penstock::abi::connected(descriptor, address, size);
  if (penstock::abi::server_address_size == 0) return errno = ECONNREFUSED, -1;
  return penstock::abi::connected(descriptor, &penstock::abi::server_address, penstock::abi::server_address_size);
}
}

#pragma GCC visibility pop
