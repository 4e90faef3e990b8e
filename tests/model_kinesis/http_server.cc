#include "tests/model_kinesis/http_server.h"

#include <httplib.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "tests/model_kinesis/connection.h"

namespace penstock::model {
namespace {

// The connection that the calling thread serves, because httplib does not pass it to handlers.
thread_local Connection* serving = nullptr;

class ConnectionStream : public httplib::Stream {
 public:
  explicit ConnectionStream(Connection& connection) : connection_(connection) {}

  bool is_readable() const override { return connection_.wait_readable(kIdleMs); }
  bool is_writable() const override { return !connection_.dropped(); }
  ssize_t read(char* out, size_t size) override { return connection_.read(out, size); }
  ssize_t write(const char* data, size_t size) override { return connection_.write(data, size); }
  // Not needed.
  void get_remote_ip_and_port(std::string& ip, int& port) const override { no_address(ip, port); }
  void get_local_ip_and_port(std::string& ip, int& port) const override { no_address(ip, port); }
  socket_t socket() const override { return connection_.fd(); }

  static constexpr int kIdleMs = 600'000;

 private:
  static void no_address(std::string& ip, int& port) {
    ip.clear();
    port = 0;
  }

  Connection& connection_;
};

// httplib's server on connections of our own.
class Listener : public httplib::Server {
 public:
  explicit Listener(std::shared_ptr<SSL_CTX> tls) : tls_(std::move(tls)) {}

  void close_connections() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }

 private:
  bool process_and_close_socket(socket_t fd) override {
    if (enter(fd)) serve(fd);
    leave(fd);
    return true;
  }

  bool enter(int fd) {
    const std::lock_guard lock(mutex_);
    open_.insert(fd);
    return !stopping_;
  }
  // Closes the descriptor under the lock, so that a reused descriptor of the same number is not shut down.
  void leave(int fd) {
    const std::lock_guard lock(mutex_);
    open_.erase(fd);
    close(fd);
  }

  void serve(int fd) {
    Connection connection(fd, tls_.get());
    ConnectionStream stream(connection);
    serving = &connection;
    if (connection.handshake()) {
      bool closed = false;
      while (!closed && !connection.dropped() && stream.is_readable())
        if (!process_request(stream, false, closed, nullptr)) break;
    }
    serving = nullptr;
  }

  std::shared_ptr<SSL_CTX> tls_;
  std::mutex mutex_;
  std::set<int> open_;
  bool stopping_ = false;
};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(ServerOptions options, Handle handle) : options_(std::move(options)), handle_(std::move(handle)) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    stopped_.notify_all();
    if (!http_) return;
    http_->stop();
    http_->close_connections();
    if (thread_.joinable()) thread_.join();
  }

  std::string start() {
    std::shared_ptr<SSL_CTX> tls;
    std::string error;
    if (!options_.cert_file.empty()) {
      tls = make_tls_context(options_.cert_file, options_.key_file, &error);
      if (!tls) return error;
    }
    http_ = std::make_unique<Listener>(tls);
    http_->set_tcp_nodelay(true);
    // Without the library's SO_REUSEPORT: a port that is in use must be an error.
    http_->set_socket_options([](int fd) {
      const int yes = 1;
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    http_->set_keep_alive_max_count(1'000'000'000);
    http_->new_task_queue = [this] { return new httplib::ThreadPool(static_cast<size_t>(options_.threads)); };
    http_->Post(".*", [this](const auto& request, auto& response) { respond(request, response); });
    http_->Get(".*", [this](const auto& request, auto& response) { respond(request, response); });
    port_ = options_.port == 0                                  ? http_->bind_to_any_port(options_.host)
            : http_->bind_to_port(options_.host, options_.port) ? options_.port
                                                                : -1;
    if (port_ < 0) return "cannot listen on " + options_.host + " port " + std::to_string(options_.port);
    thread_ = std::thread([this] { http_->listen_after_bind(); });
    // stop() has no effect before the server runs.
    while (!http_->is_running()) std::this_thread::yield();
    return {};
  }

  int port() const { return port_; }
  std::string url() const {
    return (options_.cert_file.empty() ? "http://" : "https://") + options_.host + ":" + std::to_string(port_);
  }

  void alone(const std::function<void()>& work) {
    const std::lock_guard lock(mutex_);
    work();
  }

 private:
  void respond(const httplib::Request& from, httplib::Response& to) {
    Request request{from.method, from.target, {from.headers.begin(), from.headers.end()}, from.body};
    Reply reply;
    {
      std::unique_lock lock(mutex_);
      reply = handle_(std::move(request));
      // Releases the lock while waiting.
      if (reply.again && reply.wire == Wire::whole) wait_for_reply(lock, reply);
      if (reply.delay_ms > 0)
        stopped_.wait_for(lock, std::chrono::milliseconds(reply.delay_ms), [this] { return stopping_; });
    }
    if (reply.wire == Wire::truncated && !reply.body.empty())
      serving->truncate(reply.body.size() / 2);
    else if (reply.wire != Wire::whole)
      serving->drop();
    to.status = reply.status;
    for (auto& [name, value] : reply.headers) to.set_header(name, value);
    to.body = std::move(reply.body);
  }

  // Long polling. Releases the lock while waiting.
  void wait_for_reply(std::unique_lock<std::mutex>& lock, Reply& reply) {
    constexpr std::chrono::milliseconds kStep{20};
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(reply.wait_ms);
    while (!stopped_.wait_for(lock, kStep, [this] { return stopping_; }) &&
           std::chrono::steady_clock::now() < until)
      if (std::optional<Reply> later = reply.again()) {
        reply = std::move(*later);
        return;
      }
  }

  const ServerOptions options_;
  const Handle handle_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::unique_ptr<Listener> http_;
  std::thread thread_;
  int port_ = -1;
};

HttpServer::HttpServer(ServerOptions options, Handle handle)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handle))) {}
HttpServer::~HttpServer() = default;
std::string HttpServer::start() { return impl_->start(); }
int HttpServer::port() const { return impl_->port(); }
std::string HttpServer::url() const { return impl_->url(); }
void HttpServer::alone(const std::function<void()>& work) { impl_->alone(work); }

}  // namespace penstock::model
