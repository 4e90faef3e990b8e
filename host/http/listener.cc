#include "host/http/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace penstock::host {

namespace {

// Connections that wait to be accepted.
constexpr int kBacklog = 64;

// A socket address of either family.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  in_port_t& port() {
    return storage.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port
                                         : reinterpret_cast<sockaddr_in*>(&storage)->sin_port;
  }
};

std::optional<Address> parse(const std::string& text) {
  Address out;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
  if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    out.storage.ss_family = AF_INET;
    out.size = sizeof *v4;
    return out;
  }
  out = {};
  if (inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) != 1) return std::nullopt;
  out.storage.ss_family = AF_INET6;
  out.size = sizeof *v6;
  return out;
}

}  // namespace

void Descriptor::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

bool is_ip_address(const std::string& text) { return parse(text).has_value(); }

std::optional<Listener> listen_on(const std::string& address, uint16_t port, std::string& error) {
  std::optional<Address> where = parse(address);
  if (!where) {
    error = "not an IP address";
    return std::nullopt;
  }
  where->port() = htons(port);
  Listener out;
  out.descriptor.reset(::socket(where->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int fd = out.descriptor.get();
  const int on = 1;
  // Without SO_REUSEADDR, the connections of the previous run would keep the port for a minute.
  if (fd < 0 || ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(fd, where->get(), where->size) != 0 || ::listen(fd, kBacklog) != 0 ||
      ::getsockname(fd, where->get(), &where->size) != 0) {
    error = std::strerror(errno);
    return std::nullopt;
  }
  const bool v6 = where->storage.ss_family == AF_INET6;
  out.port = ntohs(where->port());
  out.url = "http://" + (v6 ? "[" + address + "]" : address) + ":" + std::to_string(out.port);
  return out;
}

}  // namespace penstock::host
