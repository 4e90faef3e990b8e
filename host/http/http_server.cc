#include "host/http/http_server.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace penstock::host {

namespace {

constexpr uint64_t kListenerId = 0;
constexpr int kMaxEvents = 32;             // in one run()
constexpr size_t kReadBytes = 4096;        // in one run(), of a connection
constexpr int64_t kNoDescriptorMs = 1000;  // pause after accept() has failed, for example for want of descriptors

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "";
  }
}

HttpResponse plain(int status, std::string text) { return {status, "text/plain; charset=utf-8", std::move(text)}; }

}  // namespace

struct HttpServer::Connection {
  Descriptor socket;
  uint64_t id;
  int64_t end_ms;
  HttpRequestParser parser = {};
  std::string head = {};  // of the response
  std::string body = {};
  size_t sent = 0;  // bytes of both
  enum class State { reading, writing, ending } state = State::reading;

  size_t unsent() const { return head.size() + body.size() - sent; }
};

HttpServer::HttpServer(Listener listener, Handler handler, std::function<int64_t()> cost_us)
    : listener_(std::move(listener)),
      handler_(std::move(handler)),
      cost_us_(std::move(cost_us)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kListenerId;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_.descriptor.get(), &event);
}

HttpServer::~HttpServer() = default;

int64_t HttpServer::thread_cpu_us() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return int64_t{used.tv_sec} * 1'000'000 + used.tv_nsec / 1000;
}

int64_t HttpServer::next_ms(int64_t now_ms) const {
  if (now_ms < pause_end_ms_) return pause_end_ms_;
  return connections_.empty() ? INT64_MAX : connections_.front()->end_ms;
}

void HttpServer::run(int64_t now_ms) {
  if (now_ms < pause_end_ms_) return;
  const int64_t start_us = cost_us_();
  serve(now_ms);
  const int64_t pause_ms = (cost_us_() - start_us) * (kTimeShare - 1) / 1000;
  pause_end_ms_ = std::max(pause_end_ms_, now_ms + pause_ms);
}

void HttpServer::serve(int64_t now_ms) {
  std::array<epoll_event, kMaxEvents> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), kMaxEvents, 0);
  bool waiting = false;
  for (int i = 0; i < count; ++i) {
    const uint64_t id = events[static_cast<size_t>(i)].data.u64;
    waiting = waiting || id == kListenerId;
    const auto found = std::find_if(connections_.begin(), connections_.end(),
                                    [&](const auto& connection) { return connection->id == id; });
    if (found == connections_.end()) continue;  // the listener, or closed to make room
    if (!handle(**found))
      std::erase_if(connections_, [&](const auto& connection) { return connection->id == id; });
  }
  std::erase_if(connections_, [&](const auto& connection) { return connection->end_ms <= now_ms; });
  if (waiting) accept_waiting(now_ms);
}

void HttpServer::accept_waiting(int64_t now_ms) {
  for (size_t i = 0; i < kMaxConnections; ++i) {
    Descriptor socket(::accept4(listener_.descriptor.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.get() < 0) {
      if (errno != EAGAIN && errno != ECONNABORTED) pause_end_ms_ = now_ms + kNoDescriptorMs;
      return;
    }
    if (connections_.size() == kMaxConnections) connections_.erase(connections_.begin());
    std::unique_ptr<Connection> connection(new Connection{std::move(socket), ++last_id_, now_ms + kConnectionMs});
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = connection->id;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection->socket.get(), &event) == 0)
      connections_.push_back(std::move(connection));
  }
}

// Returns false if the connection has ended.
bool HttpServer::handle(Connection& connection) {
  try {
    return connection.state == Connection::State::writing ? write(connection) : read(connection);
  } catch (const std::bad_alloc&) {
    return false;
  }
}

bool HttpServer::read(Connection& connection) {
  std::array<char, kReadBytes> bytes;
  const ssize_t count = ::recv(connection.socket.get(), bytes.data(), bytes.size(), 0);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) return false;
  // Closing a socket with unread bytes resets the connection, and the client could lose the response.
  if (connection.state == Connection::State::ending) return true;
  return respond(connection, connection.parser.add({bytes.data(), static_cast<size_t>(count)}));
}

bool HttpServer::respond(Connection& connection, HttpRequestParser::State state) {
  using State = HttpRequestParser::State;
  if (state == State::incomplete) return true;
  if (state == State::invalid)
    return send(connection, plain(400, "expected a request of HTTP/1.0 or 1.1\n"), true);
  if (state == State::too_large) {
    return send(connection,
                plain(431, "the request is too large; at most " +
                               std::to_string(HttpRequestParser::kMaxHeadBytes) + " bytes are read\n"),
                true);
  }
  const HttpRequest& request = connection.parser.request();
  const bool head = request.method == "HEAD";
  if (!head && request.method != "GET") return send(connection, plain(405, "expected GET or HEAD\n"), true);
  return send(connection, handler_(request), !head);
}

bool HttpServer::send(Connection& connection, HttpResponse response, bool with_body) {
  std::string& head = connection.head;
  head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += reason_phrase(response.status);
  head += "\r\nContent-Type: " + response.content_type +
          "\r\nContent-Length: " + std::to_string(response.body.size()) +
          "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n";
  if (response.status == 405) head += "Allow: GET, HEAD\r\n";
  head += "\r\n";
  if (with_body) connection.body = std::move(response.body);
  connection.state = Connection::State::writing;
  make_room_for(connection);
  return watch(connection, EPOLLOUT) && write(connection);
}

// Closes the oldest connections that have something to send until the limit is kept, or only this one is left.
void HttpServer::make_room_for(const Connection& connection) {
  size_t unsent = 0;
  for (const auto& one : connections_) unsent += one->unsent();
  std::erase_if(connections_, [&](const auto& one) {
    if (unsent <= kMaxUnsentBytes || one->unsent() == 0 || one.get() == &connection) return false;
    unsent -= one->unsent();
    return true;
  });
}

bool HttpServer::write(Connection& connection) {
  std::string &head = connection.head, &body = connection.body;
  const size_t in_head = std::min(connection.sent, head.size()), in_body = connection.sent - in_head;
  std::array<iovec, 2> parts = {
      {{head.data() + in_head, head.size() - in_head}, {body.data() + in_body, body.size() - in_body}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const ssize_t count = ::sendmsg(connection.socket.get(), &message, MSG_NOSIGNAL);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  connection.sent += static_cast<size_t>(count);
  if (connection.unsent() > 0) return true;
  head = body = std::string();  // frees them: the client may keep the connection open
  connection.sent = 0;
  connection.state = Connection::State::ending;
  return ::shutdown(connection.socket.get(), SHUT_WR) == 0 && watch(connection, EPOLLIN);
}

bool HttpServer::watch(Connection& connection, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = connection.id;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.socket.get(), &event) == 0;
}

}  // namespace penstock::host
