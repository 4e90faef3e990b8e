// A listening TCP socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace penstock::host {

// An owned descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    reset(std::exchange(other.fd_, -1));
    return *this;
  }

  int get() const { return fd_; }
  void reset(int fd = -1);

 private:
  int fd_;
};

struct Listener {
  Descriptor descriptor;  // non-blocking
  uint16_t port = 0;      // never 0 after listen_on()
  std::string url;        // "http://127.0.0.1:2020"
};

// Returns whether text is an IPv4 or IPv6 address.
bool is_ip_address(const std::string& text);

// Listens on an address; port 0: one that the system chooses. On failure returns nullopt; error has the system's
// reason. REQUIRES: is_ip_address(address).
std::optional<Listener> listen_on(const std::string& address, uint16_t port, std::string& error);

}  // namespace penstock::host
