// Which signals drain, which are ignored, and when a second one ends the process.
#include "host/util/signals.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <string>

namespace penstock::host {
namespace {

int64_t g_now_ms = 0;
int64_t now_ms() { return g_now_ms; }

void (*handler_of(int number))(int) {
  struct sigaction action {};
  sigaction(number, nullptr, &action);
  return action.sa_handler;
}

bool readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return poll(&one, 1, 0) == 1;
}

// Each is reset to its default before and after.
class signals : public testing::Test {
 protected:
  signals() { all_default(); }
  ~signals() override { all_default(); }

 private:
  static void all_default() {
    for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGPWR, SIGXCPU, SIGUSR1, SIGUSR2, SIGALRM,
                             SIGVTALRM, SIGPROF, SIGIO, SIGSTKFLT, SIGPIPE, SIGXFSZ, SIGTTOU, SIGRTMIN, SIGRTMAX})
      signal(number, SIG_DFL);
    g_now_ms = 5000;
  }
};

TEST_F(signals, termination_signals_are_received_and_make_the_descriptor_readable) {
  for (const auto& [number, name] :
       {std::pair(SIGTERM, "SIGTERM"), std::pair(SIGINT, "SIGINT"), std::pair(SIGQUIT, "SIGQUIT"),
        std::pair(SIGHUP, "SIGHUP"), std::pair(SIGPWR, "SIGPWR"), std::pair(SIGXCPU, "SIGXCPU")}) {
    const Signals here(Signals::OnHangup::drain, now_ms);
    EXPECT_EQ(here.received(), nullptr);
    EXPECT_FALSE(readable(here.descriptor()));
    raise(number);
    EXPECT_STREQ(here.received(), name);
    EXPECT_TRUE(readable(here.descriptor())) << name;
  }
}

TEST_F(signals, a_hangup_can_request_a_reload_and_is_taken_once) {
  const Signals here(Signals::OnHangup::reload, now_ms);
  EXPECT_FALSE(here.take_reload());
  raise(SIGHUP);
  raise(SIGHUP);
  EXPECT_TRUE(readable(here.descriptor()));
  EXPECT_EQ(here.received(), nullptr);
  EXPECT_TRUE(here.take_reload());
  EXPECT_FALSE(here.take_reload());
  EXPECT_FALSE(readable(here.descriptor()));
}

TEST_F(signals, a_termination_signal_after_a_hangup_is_received_and_ends_reloads) {
  const Signals here(Signals::OnHangup::reload, now_ms);
  raise(SIGHUP);
  raise(SIGTERM);
  EXPECT_FALSE(here.take_reload());
  EXPECT_STREQ(here.received(), "SIGTERM");
  EXPECT_TRUE(readable(here.descriptor()));
}

TEST_F(signals, irrelevant_signals_are_ignored) {
  const Signals here(Signals::OnHangup::drain, now_ms);
  for (const int number : {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGSTKFLT, SIGPIPE, SIGXFSZ,
                           SIGTTOU, SIGRTMIN, SIGRTMAX})
    raise(number);
  EXPECT_EQ(here.received(), nullptr);
}

TEST_F(signals, a_hangup_ignored_at_the_start_stays_ignored) {
  signal(SIGHUP, SIG_IGN);
  {
    const Signals here(Signals::OnHangup::drain, now_ms);
    raise(SIGHUP);
    EXPECT_EQ(here.received(), nullptr);
  }
  EXPECT_EQ(handler_of(SIGHUP), SIG_IGN);
}

TEST_F(signals, ignoring_a_signal_keeps_an_earlier_handler) {
  signal(SIGPROF, [](int) {});
  const auto profiler = handler_of(SIGPROF);
  const Signals here(Signals::OnHangup::drain, now_ms);
  EXPECT_EQ(handler_of(SIGPROF), profiler);
}

TEST_F(signals, a_signal_blocked_at_the_start_is_received) {
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
  raise(SIGTERM);
  const Signals here(Signals::OnHangup::drain, now_ms);
  EXPECT_STREQ(here.received(), "SIGTERM");
}

TEST_F(signals, a_second_signal_within_a_second_is_the_same_request) {
  const Signals here(Signals::OnHangup::drain, now_ms);
  raise(SIGTERM);
  for (const int number : {SIGTERM, SIGINT, SIGQUIT}) {
    raise(number);
    g_now_ms = 5999;
    raise(number);
    g_now_ms = 5000;
  }
  EXPECT_STREQ(here.received(), "SIGTERM");
}

TEST_F(signals, a_second_signal_after_a_second_ends_the_process_at_once) {
  for (const int number : {SIGTERM, SIGINT, SIGQUIT}) {
    const Signals here(Signals::OnHangup::drain, now_ms);
    raise(SIGINT);
    g_now_ms = 5500;
    raise(SIGINT);  // does not restart the second
    g_now_ms = 6000;
    EXPECT_EXIT(raise(number), testing::ExitedWithCode(128 + number),
                "PS0918: second signal: exiting immediately");
    g_now_ms = 5000;
  }
}

TEST_F(signals, a_hangup_does_not_count_as_a_first_request) {
  const Signals here(Signals::OnHangup::drain, now_ms);
  raise(SIGHUP);
  g_now_ms = 7000;
  raise(SIGHUP);
  raise(SIGTERM);
  EXPECT_STREQ(here.received(), "SIGHUP");
  g_now_ms = 8000;
  EXPECT_EXIT(raise(SIGTERM), testing::ExitedWithCode(128 + SIGTERM), "");
}

TEST_F(signals, a_repeated_signal_after_the_end_does_not_kill) {
  {
    const Signals here(Signals::OnHangup::drain, now_ms);
    raise(SIGTERM);
  }
  raise(SIGTERM);
  signal(SIGTERM, SIG_DFL);
  { const Signals here(Signals::OnHangup::drain, now_ms); }
  EXPECT_EQ(handler_of(SIGTERM), SIG_DFL) << "without one, the next signal kills as before";
}

}  // namespace
}  // namespace penstock::host
