// Messages to a service manager, which is a socket of the test.
#include "host/util/service_manager.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <ctime>
#include <memory>

#include "tests/unit/host/notify_socket.h"
#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

class service_manager : public testing::Test {
 protected:
  service_manager()
      : log_fd_(open(folder_.path("log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)), log_(log_fd_) {}
  ~service_manager() override {
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    close(log_fd_);
  }

  std::string logged() {
    EXPECT_TRUE(log_.flush(60'000));
    return read_all(folder_.path("log"));
  }

  Folder folder_;
  int log_fd_;
  Log log_;
};

TEST_F(service_manager, without_a_socket_in_the_environment_nothing_happens) {
  setenv("WATCHDOG_USEC", "1000000", 1);
  ServiceManager manager(log_);
  manager.ready("runs");
  EXPECT_EQ(manager.next_feed_ms(), INT64_MAX);
  EXPECT_EQ(logged(), "");
}

TEST_F(service_manager, the_states_of_a_service_are_sent_to_a_path) {
  const NotifySocket socket(folder_.path("notify"));
  ServiceManager manager(log_);
  manager.ready("runs");
  EXPECT_EQ(socket.next(), "READY=1\nSTATUS=runs");
  manager.status("in 5 records");
  EXPECT_EQ(socket.next(), "STATUS=in 5 records");
  manager.extend_timeout(1500);
  EXPECT_EQ(socket.next(), "EXTEND_TIMEOUT_USEC=1500000");
  manager.stopping();
  EXPECT_EQ(socket.next(), "STOPPING=1");
}

TEST_F(service_manager, a_name_in_the_abstract_namespace_is_accepted) {
  const NotifySocket socket("@penstock-test-" + std::to_string(getpid()));
  ServiceManager(log_).ready("runs");
  EXPECT_EQ(socket.next(), "READY=1\nSTATUS=runs");
}

TEST_F(service_manager, a_reload_has_the_current_time_in_microseconds) {
  const NotifySocket socket(folder_.path("notify"));
  const auto now_us = [] {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
  };
  const int64_t before_us = now_us();
  ServiceManager(log_).reloading();
  const int64_t after_us = now_us();
  const std::string state = socket.next();
  const std::string head = "RELOADING=1\nMONOTONIC_USEC=";
  ASSERT_EQ(state.substr(0, head.size()), head);
  const int64_t sent_us = std::stoll(state.substr(head.size()));
  EXPECT_GE(sent_us, before_us);
  EXPECT_LE(sent_us, after_us);
}

TEST_F(service_manager, the_watchdog_is_fed_when_half_of_its_interval_is_over) {
  const NotifySocket socket(folder_.path("notify"));
  setenv("WATCHDOG_USEC", "2000000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  ServiceManager manager(log_);
  const int64_t start_ms = manager.next_feed_ms();
  manager.feed_watchdog(start_ms);
  EXPECT_EQ(socket.next(), "WATCHDOG=1");
  EXPECT_EQ(manager.next_feed_ms(), start_ms + 1000);
  manager.feed_watchdog(start_ms + 999);
  EXPECT_EQ(socket.next(), "");
  manager.feed_watchdog(start_ms + 1000);
  EXPECT_EQ(socket.next(), "WATCHDOG=1");
}

TEST_F(service_manager, a_long_call_extends_the_watchdog_until_the_process_is_ready_again) {
  const NotifySocket socket(folder_.path("notify"));
  setenv("WATCHDOG_USEC", "2000000", 1);
  ServiceManager manager(log_);
  manager.suspend_watchdog(3000);
  EXPECT_EQ(socket.next(), "WATCHDOG_USEC=5000000");
  manager.ready("runs");
  EXPECT_EQ(socket.next(), "READY=1\nSTATUS=runs\nWATCHDOG_USEC=2000000");
}

TEST_F(service_manager, the_watchdog_of_another_process_is_not_fed) {
  const NotifySocket socket(folder_.path("notify"));
  setenv("WATCHDOG_USEC", "2000000", 1);
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(ServiceManager(log_).next_feed_ms(), INT64_MAX);
}

TEST_F(service_manager, a_socket_that_cannot_be_used_is_logged_once) {
  for (const std::string& name :
       {std::string("relative"), std::string("@"), folder_.path("missing"), "/" + std::string(200, 'x')}) {
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
    ServiceManager manager(log_);
    manager.ready("runs");
    EXPECT_NE(logged().find("PS0945: cannot notify the service manager at NOTIFY_SOCKET '" + name + "': "),
              std::string::npos);
  }
}

TEST_F(service_manager, a_status_does_not_wait_for_a_service_manager_that_hangs) {
  const NotifySocket socket(folder_.path("notify"));
  ServiceManager manager(log_);
  // Many more than a socket holds. Each would wait for kSendTimeoutMs, which is hours together.
  for (int i = 0; i < 10'000; ++i) manager.status("runs");
  EXPECT_NE(logged().find("PS0945: the service manager does not accept notifications: Resource temporarily"),
            std::string::npos);
}

TEST_F(service_manager, a_service_manager_that_goes_away_is_logged_once) {
  auto socket = std::make_unique<NotifySocket>(folder_.path("notify"));
  ServiceManager manager(log_);
  socket.reset();
  manager.status("one");
  manager.status("two");
  EXPECT_NE(logged().find("PS0945: the service manager does not accept notifications: Connection refused\n"),
            std::string::npos);
  EXPECT_EQ(logged().find("PS0945"), logged().rfind("PS0945"));
}

}  // namespace
}  // namespace penstock::host
