// Messages to the service manager that started the process, such as systemd.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/util/log.h"

namespace penstock::host {

// The state of the process, in the protocol of sd_notify(3): datagrams to the socket that the environment variable
// NOTIFY_SOCKET names. Without it, every call does nothing. A datagram, except for status(), waits at most
// kSendTimeoutMs for the service manager; the first one that it does not accept is logged.
// https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
class ServiceManager {
 public:
  static constexpr int64_t kSendTimeoutMs = 1000;

  // Reads NOTIFY_SOCKET, WATCHDOG_USEC, and WATCHDOG_PID. log must outlive this.
  explicit ServiceManager(Log& log);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  // Reports that the process runs: after its start, and after each reloading().
  void ready(std::string_view status);
  // Reports that the configuration is being loaded again.
  void reloading();
  // Reports that the process ends.
  void stopping();
  // Sets the text that `systemctl status` shows. Never waits, because it is called often, and a text that is lost
  // is soon replaced. REQUIRES: status is printable.
  void status(std::string_view status);
  // Announces that the current start, reload, or stop takes up to timeout_ms from now.
  void extend_timeout(int64_t timeout_ms);

  // Feeds the watchdog if half of its interval is over. The caller must be the loop whose standstill the watchdog
  // is to notice.
  void feed_watchdog(int64_t now_ms);
  // Returns when feed_watchdog() is due; INT64_MAX: never.
  int64_t next_feed_ms() const { return next_feed_ms_; }
  // Announces a single call of up to call_ms, during which feed_watchdog() is not called. Ends with ready().
  void suspend_watchdog(int64_t call_ms);

 private:
  // flags: of send(2).
  void send(const std::string& state, int flags = 0);

  Log& log_;
  int socket_ = -1;                   // connected; -1: no service manager
  int64_t watchdog_ms_ = 0;           // interval; 0: no watchdog
  int64_t next_feed_ms_ = INT64_MAX;  // CLOCK_MONOTONIC
  bool failed_ = false;               // the last datagram was not accepted
};

}  // namespace penstock::host
