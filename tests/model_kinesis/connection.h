// An accepted TCP connection, with or without TLS, on which network failures can be simulated.
#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>

namespace penstock::model {

// Returns a TLS server's context. Returns nullptr and sets *error if the files are not usable.
std::shared_ptr<SSL_CTX> make_tls_context(const std::string& cert_file, const std::string& key_file,
                                          std::string* error);

// A blocking connection. One thread uses it; another may shut the descriptor down to end it.
class Connection {
 public:
  // tls may be nullptr. Does not own fd.
  Connection(int fd, SSL_CTX* tls);

  bool handshake();
  // Waits for the next byte. Returns false at the end of the connection or after the timeout.
  bool wait_readable(int timeout_ms);
  // As read(2).
  ssize_t read(char* out, size_t size);
  // Sends everything, or returns -1.
  ssize_t write(const char* data, size_t size);
  int fd() const { return fd_; }

  // From here on, nothing is sent.
  void drop() { dropped_ = true; }
  // Lets the next write and body_bytes of the following ones pass, then nothing.
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
