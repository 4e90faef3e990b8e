#include "tests/model_kinesis/connection.h"

#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace penstock::model {

std::shared_ptr<SSL_CTX> make_tls_context(const std::string& cert_file, const std::string& key_file,
                                          std::string* error) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  if (SSL_CTX_use_certificate_chain_file(context.get(), cert_file.c_str()) == 1 &&
      SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) == 1)
    return context;
  *error = "cannot use certificate " + cert_file + " with key " + key_file + ": " +
           ERR_reason_error_string(ERR_get_error());
  return nullptr;
}

Connection::Connection(int fd, SSL_CTX* tls) : fd_(fd), tls_(tls == nullptr ? nullptr : SSL_new(tls), SSL_free) {
  if (tls_) SSL_set_fd(tls_.get(), fd);
}

bool Connection::handshake() { return !tls_ || SSL_accept(tls_.get()) == 1; }

bool Connection::wait_readable(int timeout_ms) {
  if (begin_ < end_ || (tls_ && SSL_pending(tls_.get()) > 0)) return true;
  pollfd waiting{fd_, POLLIN, 0};
  int ready = 0;
  do {
    ready = poll(&waiting, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

ssize_t Connection::receive(char* out, size_t size) {
  if (tls_) return SSL_read(tls_.get(), out, static_cast<int>(std::min(size, size_t{1} << 30)));
  ssize_t got = 0;
  do {
    got = recv(fd_, out, size, 0);
  } while (got < 0 && errno == EINTR);
  return got;
}

ssize_t Connection::read(char* out, size_t size) {
  if (begin_ == end_) {
    if (size >= buffer_.size()) return receive(out, size);
    const ssize_t got = receive(buffer_.data(), buffer_.size());
    if (got <= 0) return got;
    begin_ = 0;
    end_ = static_cast<size_t>(got);
  }
  const size_t taken = std::min(size, end_ - begin_);
  std::memcpy(out, buffer_.data() + begin_, taken);
  begin_ += taken;
  return static_cast<ssize_t>(taken);
}

bool Connection::send_all(const char* data, size_t size) {
  while (size > 0) {
    const ssize_t sent = tls_ ? SSL_write(tls_.get(), data, static_cast<int>(std::min(size, size_t{1} << 30)))
                              : send(fd_, data, size, MSG_NOSIGNAL);
    if (!tls_ && sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<size_t>(sent);
  }
  return true;
}

ssize_t Connection::write(const char* data, size_t size) {
  if (dropped_) return -1;
  if (!truncating_ || !head_passed_) {
    head_passed_ = true;
    return send_all(data, size) ? static_cast<ssize_t>(size) : -1;
  }
  send_all(data, std::min(size, body_left_));
  dropped_ = size >= body_left_;
  body_left_ -= std::min(size, body_left_);
  return dropped_ ? -1 : static_cast<ssize_t>(size);
}

void Connection::truncate(size_t body_bytes) {
  truncating_ = true;
  head_passed_ = false;
  body_left_ = body_bytes;
}

}  // namespace penstock::model
