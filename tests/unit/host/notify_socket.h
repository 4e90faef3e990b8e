// A service manager's end of sd_notify(3).
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <string>

namespace penstock::host {

// A bound socket, which the environment of this process names while it exists.
class NotifySocket {
 public:
  // name: a path, or "@" and a name in the abstract namespace.
  explicit NotifySocket(const std::string& name)
      : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    EXPECT_LT(name.size(), sizeof address.sun_path);
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0) << std::strerror(errno);
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~NotifySocket() {
    for (const char* variable : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(variable);
    close(fd_);
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  // Returns the next datagram; "" if none has arrived.
  std::string next() const {
    std::array<char, 4096> bytes{};
    const ssize_t n = recv(fd_, bytes.data(), bytes.size(), 0);
    return n < 0 ? "" : std::string(bytes.data(), static_cast<size_t>(n));
  }

  // Waits for a datagram that begins with head, at most 60 s for each datagram, and returns it.
  std::string until(const std::string& head) const {
    pollfd readable{fd_, POLLIN, 0};
    while (poll(&readable, 1, 60'000) == 1)
      if (std::string state = next(); state.starts_with(head)) return state;
    ADD_FAILURE() << "no datagram begins with " << head;
    return {};
  }

 private:
  int fd_;
};

}  // namespace penstock::host
