// One accepted TCP connection, with TLS or without, that can be made to fail as connections do.
#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>

namespace penstock::model {

// A TLS server's context; nullptr with *error set where the files do not serve.
std::shared_ptr<SSL_CTX> make_tls_context(const std::string& cert_file, const std::string& key_file,
                                          std::string* error);

// Blocking. One thread uses it; another may shut the descriptor down to end it.
class Connection {
 public:
  // tls may be nullptr. Does not own fd.
  Connection(int fd, SSL_CTX* tls);

  bool handshake();
  // Waits for the next byte; false where none will come.
  bool wait_readable(int timeout_ms);
  // As read(2).
  ssize_t read(char* out, size_t size);
  // Sends all of it, or returns -1.
  ssize_t write(const char* data, size_t size);
  int fd() const { return fd_; }

  // From here on nothing is sent.
  void drop() { dropped_ = true; }
  // The next write passes, and body_bytes of what follows; then nothing.
  void truncate(size_t body_bytes);
  bool dropped() const { return dropped_; }

 private:
  ssize_t receive(char* out, size_t size);
  bool send_all(const char* data, size_t size);

  int fd_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
  std::array<char, 65536> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool dropped_ = false;
  bool truncating_ = false;
  bool head_passed_ = false;
  size_t body_left_ = 0;
};

}  // namespace penstock::model
