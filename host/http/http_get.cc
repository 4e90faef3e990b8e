#include "host/http/http_get.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/text.h"
#include "client/clock.h"
#include "host/http/listener.h"

namespace penstock::host {

namespace {

constexpr size_t kMaxResponseBytes = 64 << 20;

// Waits for events on a socket. Returns 0, or an errno.
int wait_for(const Descriptor& socket, short events, int64_t deadline_ms) {
  pollfd waiting = {socket.get(), events, 0};
  const int result = ::poll(&waiting, 1, client::poll_timeout_ms(deadline_ms, client::monotonic_ms()));
  if (result == 0) return ETIMEDOUT;
  return result < 0 ? errno : 0;
}

// Returns 0, or an errno.
int connect_to(const addrinfo& address, int64_t deadline_ms, Descriptor& out) {
  out.reset(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (out.get() < 0) return errno;
  if (::connect(out.get(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (const int failure = wait_for(out, POLLOUT, deadline_ms); failure != 0) return failure;
  int failure = 0;
  socklen_t size = sizeof failure;
  ::getsockopt(out.get(), SOL_SOCKET, SO_ERROR, &failure, &size);
  return failure;
}

// Sends the request, and reads up to the end of the connection. Returns 0, or an errno.
int exchange(const Descriptor& socket, std::string_view request, int64_t deadline_ms, std::string& response) {
  // It is small enough for the buffer of a new connection.
  if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    return errno == 0 ? EIO : errno;
  std::array<char, 1 << 16> bytes;
  while (true) {
    if (const int failure = wait_for(socket, POLLIN, deadline_ms); failure != 0) return failure;
    const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
    if (count == 0) return 0;
    if (count < 0 && errno != EAGAIN && errno != EINTR) return errno;
    if (count > 0) response.append(bytes.data(), static_cast<size_t>(count));
    if (response.size() > kMaxResponseBytes) return EFBIG;
  }
}

}  // namespace

std::optional<HttpUrl> HttpUrl::parse(const std::string& text) {
  constexpr std::string_view kScheme = "http://";
  if (!text.starts_with(kScheme)) return std::nullopt;
  const size_t slash = std::min(text.find('/', kScheme.size()), text.size());
  std::string authority = text.substr(kScheme.size(), slash - kScheme.size());
  HttpUrl out;
  out.path = slash == text.size() ? "/" : text.substr(slash);
  const size_t colon = authority.rfind(':');
  if (colon != std::string::npos && authority.find(']', colon) == std::string::npos) {
    out.port = authority.substr(colon + 1);
    authority.resize(colon);
  } else {
    out.port = "80";
  }
  if (authority.starts_with('[') && authority.ends_with(']'))
    authority = authority.substr(1, authority.size() - 2);
  out.host = authority;
  const bool valid_port =
      !out.port.empty() && out.port.size() <= 5 && std::all_of(out.port.begin(), out.port.end(), is_digit);
  const bool valid_text = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (out.host.empty() || !valid_port || !valid_text) return std::nullopt;
  return out;
}

std::optional<std::string> http_get(const HttpUrl& url, int64_t timeout_ms, std::string& error) {
  const int64_t deadline_ms = client::monotonic_ms() + timeout_ms;
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
    failure = connect_to(*address, deadline_ms, socket);
    if (failure == 0) break;
  }
  std::string response;
  if (failure == 0)
    failure =
        exchange(socket, "GET " + url.path + " HTTP/1.0\r\nHost: " + url.host + "\r\n\r\n", deadline_ms, response);
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
  return response.substr(head + 4);
}

}  // namespace penstock::host
