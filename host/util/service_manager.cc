#include "host/util/service_manager.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "client/clock.h"

namespace penstock::host {

namespace {

constexpr int64_t kUsPerMs = 1000;

// Returns a socket that is connected to NOTIFY_SOCKET: a path, or, after "@", a name in the abstract namespace.
// Returns -1, with errno, if that fails.
int connect_to(std::string_view name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() < 2 || name.size() >= sizeof address.sun_path || (name[0] != '/' && name[0] != '@')) {
    errno = EINVAL;
    return -1;
  }
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const timeval timeout{ServiceManager::kSendTimeoutMs / 1000, 0};
  if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) == 0 &&
      connect(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0)
    return fd;
  const int reason = errno;
  if (fd >= 0) close(fd);
  errno = reason;
  return -1;
}

// Returns the number in a variable; 0 if it is not set or is not a number.
int64_t number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  int64_t number = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
  return number;
}

// Returns the watchdog's interval, if this process has to feed it.
int64_t watchdog_interval_ms() {
  const int64_t process = number_in("WATCHDOG_PID");
  return process == 0 || process == getpid() ? number_in("WATCHDOG_USEC") / kUsPerMs : 0;
}

std::string in_usec(const char* name, int64_t duration_ms) {
  return std::string(name) + "=" + std::to_string(duration_ms * kUsPerMs);
}

// The service manager compares it with its own reading of the clock, in microseconds.
std::string monotonic_usec() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return "MONOTONIC_USEC=" + std::to_string(static_cast<int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000);
}

}  // namespace

ServiceManager::ServiceManager(Log& log) : log_(log) {
  const char* const name = std::getenv("NOTIFY_SOCKET");
  if (name == nullptr) return;
  socket_ = connect_to(name);
  if (socket_ < 0) {
    log_.warn(
        "PS0945", "penstock",
        "cannot notify the service manager at NOTIFY_SOCKET '" + std::string(name) + "': " + std::strerror(errno));
    return;
  }
  watchdog_ms_ = watchdog_interval_ms();
  if (watchdog_ms_ > 0) next_feed_ms_ = client::monotonic_ms();
}

ServiceManager::~ServiceManager() {
  if (socket_ >= 0) close(socket_);
}

void ServiceManager::ready(std::string_view status) {
  std::string state = "READY=1\nSTATUS=" + std::string(status);
  if (watchdog_ms_ > 0) state += "\n" + in_usec("WATCHDOG_USEC", watchdog_ms_);
  send(state);
}

void ServiceManager::reloading() {
  send("RELOADING=1\n" + monotonic_usec() + "\nSTATUS=loading the configuration");
}

void ServiceManager::stopping() { send("STOPPING=1"); }

void ServiceManager::status(std::string_view status) { send("STATUS=" + std::string(status), MSG_DONTWAIT); }

void ServiceManager::extend_timeout(int64_t timeout_ms) { send(in_usec("EXTEND_TIMEOUT_USEC", timeout_ms)); }

void ServiceManager::feed_watchdog(int64_t now_ms) {
  if (now_ms < next_feed_ms_) return;
  send("WATCHDOG=1");
  next_feed_ms_ = now_ms + watchdog_ms_ / 2;
}

void ServiceManager::suspend_watchdog(int64_t call_ms) {
  if (watchdog_ms_ > 0) send(in_usec("WATCHDOG_USEC", watchdog_ms_ + call_ms));
}

void ServiceManager::send(const std::string& state, int flags) {
  if (socket_ < 0) return;
  ssize_t sent = -1;
  do sent = ::send(socket_, state.data(), state.size(), flags | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent < 0 && !failed_)
    log_.warn("PS0945", "penstock",
              std::string("the service manager does not accept notifications: ") + std::strerror(errno));
  if (sent >= 0 && failed_) log_.info("penstock", "the service manager accepts notifications again");
  failed_ = sent < 0;
}

}  // namespace penstock::host
