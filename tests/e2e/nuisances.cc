#include "tests/e2e/nuisances.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace penstock::e2e {

UnreadPipe::UnreadPipe(std::string path) : path_(std::move(path)) {
  if (mkfifo(path_.c_str(), 0600) != 0 || (reader_ = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) < 0 ||
      fcntl(reader_, F_SETPIPE_SZ, kBytes) < 0) {
    std::perror(path_.c_str());
    std::exit(2);
  }
}

UnreadPipe::~UnreadPipe() { close(reader_); }

uint16_t UnreadPipe::read_port(ChildProcess& host) {
  constexpr std::string_view kBefore = "listens on http://127.0.0.1:";
  std::string seen;
  uint16_t port = 0;
  host.until(
      [&] {
        std::array<char, kBytes> bytes;
        const ssize_t count = read(reader_, bytes.data(), bytes.size());
        if (count > 0) seen.append(bytes.data(), static_cast<size_t>(count));
        const size_t at = seen.find(kBefore);
        if (at == std::string::npos || seen.find('\n', at) == std::string::npos) return false;
        port = static_cast<uint16_t>(std::atoi(seen.c_str() + at + kBefore.size()));
        return true;
      },
      60);
  return port;
}

// A pipe is full for a writer of lines if the next line does not fit.
bool UnreadPipe::is_full() const {
  constexpr int kLineBytes = 512;
  int bytes = 0;
  return ioctl(reader_, FIONREAD, &bytes) == 0 && bytes > kBytes - kLineBytes;
}

bool UnreadClients::are_possible(size_t count) {
  constexpr size_t kOthers = 200;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  if (limit.rlim_cur >= count + kOthers) return true;
  limit.rlim_cur = count + kOthers;
  return limit.rlim_cur <= limit.rlim_max && setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

UnreadClients::UnreadClients(uint16_t port, size_t count) : port_(port), clients_(count) { keep_open(); }

UnreadClients::~UnreadClients() {
  for (const Client& client : clients_)
    if (client.socket >= 0) close(client.socket);
}

void UnreadClients::connect(Client& client) const {
  if (client.socket >= 0) close(client.socket);
  client = {socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), false};
  const int few_bytes = 1;  // the system rounds it up
  setsockopt(client.socket, SOL_SOCKET, SO_RCVBUF, &few_bytes, sizeof few_bytes);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port_);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::connect(client.socket, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

void UnreadClients::keep_open() {
  constexpr std::string_view kRequest = "GET /metrics HTTP/1.1\r\nHost: host\r\n\r\n";
  for (Client& client : clients_) {
    pollfd state = {client.socket, POLLOUT | POLLRDHUP, 0};
    const bool ready = client.socket >= 0 && poll(&state, 1, 0) > 0;
    if (client.socket < 0 || (ready && (state.revents & (POLLHUP | POLLRDHUP | POLLERR)) != 0)) {
      connect(client);
    } else if (ready && !client.asked) {
      client.asked = true;
      ++connected_;
      send(client.socket, kRequest.data(), kRequest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
  }
}

}  // namespace penstock::e2e
