#include "host/http/http_get.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/text.h"
#include "client/clock.h"
#include "host/http/listener.h"

namespace penstock::host {

namespace {

constexpr size_t kMaxResponseBytes = 64 << 20;

// When a request has to end.
struct Limits {
  int64_t deadline_ms;
  int wakeup_fd;  // as for http_get()
};

// Waits for events on a socket. Returns 0, or an errno.
int wait_for(const Descriptor& socket, short events, const Limits& limits) {
  std::array<pollfd, 2> waiting = {{{socket.get(), events, 0}, {limits.wakeup_fd, POLLIN, 0}}};
  int result = 0;
  do
    result = ::poll(waiting.data(), waiting.size(),
                    client::poll_timeout_ms(limits.deadline_ms, client::monotonic_ms()));
  while (result < 0 && errno == EINTR);
  if (result == 0) return ETIMEDOUT;
  if (waiting[1].revents != 0) return ECANCELED;
  return result < 0 ? errno : 0;
}

// Returns 0, or an errno.
int connect_to(const addrinfo& address, const Limits& limits, Descriptor& out) {
  out.reset(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (out.get() < 0) return errno;
  if (::connect(out.get(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (const int failure = wait_for(out, POLLOUT, limits); failure != 0) return failure;
  int failure = 0;
  socklen_t size = sizeof failure;
  ::getsockopt(out.get(), SOL_SOCKET, SO_ERROR, &failure, &size);
  return failure;
}

// Sends the request, and reads up to the end of the connection. Returns 0, or an errno.
int exchange(const Descriptor& socket, std::string_view request, const Limits& limits, std::string& response) {
  // It is small enough for the buffer of a new connection.
  if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    return errno == 0 ? EIO : errno;
  std::array<char, 1 << 16> bytes;
  while (true) {
    if (const int failure = wait_for(socket, POLLIN, limits); failure != 0) return failure;
    const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
    if (count == 0) return 0;
    if (count < 0 && errno != EAGAIN && errno != EINTR) return errno;
    if (count > 0) response.append(bytes.data(), static_cast<size_t>(count));
    if (response.size() > kMaxResponseBytes) return EFBIG;
  }
}

// Returns the number of that header; 0 if the head has none.
size_t content_length(std::string_view head) {
  constexpr std::string_view kName = "\r\ncontent-length:";
  size_t out = 0;
  const std::string text = lower_case(head);
  size_t at = text.find(kName);
  if (at == std::string::npos) return out;
  at = text.find_first_not_of(' ', at + kName.size());
  if (at != std::string::npos) std::from_chars(text.data() + at, text.data() + text.size(), out);
  return out;
}

}  // namespace

std::optional<std::string> http_get(const HttpUrl& url, int64_t timeout_ms, int wakeup_fd, std::string& error) {
  const Limits limits{client::monotonic_ms() + timeout_ms, wakeup_fd};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int result = ::getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found); result != 0) {
    error = std::string("cannot resolve the host: ") + ::gai_strerror(result);
    return std::nullopt;
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  Descriptor socket;
  int failure = 0;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    failure = connect_to(*address, limits, socket);
    if (failure == 0 || failure == ECANCELED) break;
  }
  std::string response;
  if (failure == 0)
    failure =
        exchange(socket, "GET " + url.path + " HTTP/1.0\r\nHost: " + url.host + "\r\n\r\n", limits, response);
  if (failure != 0) {
    error = std::strerror(failure);
    return std::nullopt;
  }
  const size_t head = response.find("\r\n\r\n");
  if (!response.starts_with("HTTP/1.") || head == std::string::npos) {
    error = "the response is not HTTP";
    return std::nullopt;
  }
  const std::string status = response.substr(9, 3);
  if (status != "200") {
    error = "the response has the status " + printable(status, 10);
    return std::nullopt;
  }
  std::string body = response.substr(head + 4);
  // The server closes a connection early if others need the room.
  if (body.size() < content_length(std::string_view(response).substr(0, head))) {
    error = "the connection ended before the response was complete";
    return std::nullopt;
  }
  return body;
}

}  // namespace penstock::host
