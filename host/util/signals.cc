#include "host/util/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <utility>

namespace penstock::host {

namespace {

constexpr int64_t kSameRequestMs = 1000;

struct Named {
  int number;
  const char* name;
  bool is_request;  // sent by a person or a supervisor, who may repeat it
};
constexpr std::array<Named, 6> kDraining = {{{SIGTERM, "SIGTERM", true},
                                             {SIGINT, "SIGINT", true},
                                             {SIGQUIT, "SIGQUIT", true},
                                             {SIGHUP, "SIGHUP", false},
                                             {SIGPWR, "SIGPWR", false},
                                             {SIGXCPU, "SIGXCPU", false}}};

// A signal handler can access only these, and runs on any thread.
constexpr int64_t kNone = INT64_MIN;
std::atomic<const Named*> g_received = nullptr;
std::atomic<int64_t> g_requested_ms = kNone;
std::atomic<int64_t (*)()> g_clock_ms = nullptr;
std::atomic<bool> g_hangup_reloads = false;
std::atomic<bool> g_on_terminal = false;  // standard error was a terminal at the start
std::atomic<bool> g_reload = false;       // requested, and not yet taken
std::array<int, 2> g_pipe = {-1, -1};
static_assert(decltype(g_received)::is_always_lock_free && decltype(g_requested_ms)::is_always_lock_free &&
              decltype(g_clock_ms)::is_always_lock_free && decltype(g_reload)::is_always_lock_free);

[[noreturn]] void end_at_once(int number) {
  static constexpr char kText[] =
      "\npenstock: "
      "PS0918"
      ": second signal: exiting immediately; records in flight will be read again\n";
  pollfd errors = {STDERR_FILENO, POLLOUT, 0};
  // A blocked standard error must not keep the process from ending.
  if (poll(&errors, 1, 0) == 1 && errors.revents == POLLOUT) [[maybe_unused]]
    const ssize_t n = write(STDERR_FILENO, kText, sizeof kText - 1);
  _exit(128 + number);
}

void wake_loop() { [[maybe_unused]] const ssize_t n = write(g_pipe[1], "s", 1); }

bool is_terminal() {
  termios modes{};  // isatty() is not async-signal-safe
  return tcgetattr(STDERR_FILENO, &modes) == 0;
}

// The hangup of a terminal that is gone is a request to end, as it is for every program in the foreground.
bool is_reload(int number) {
  return number == SIGHUP && g_hangup_reloads.load() && !(g_on_terminal.load() && !is_terminal());
}

// Works even while a stage blocks the thread, when a descriptor would not be read.
void on_signal(int number) {
  const int saved_errno = errno;
  if (is_reload(number)) {
    g_reload = true;
    wake_loop();
    errno = saved_errno;
    return;
  }
  const Named* signal = kDraining.data();
  while (signal->number != number) ++signal;
  if (signal->is_request) {
    const int64_t now_ms = g_clock_ms.load()();
    int64_t first_ms = kNone;
    if (!g_requested_ms.compare_exchange_strong(first_ms, now_ms) && now_ms - first_ms >= kSameRequestMs)
      end_at_once(number);
  }
  const Named* none = nullptr;
  if (g_received.compare_exchange_strong(none, signal)) wake_loop();
  errno = saved_errno;
}

void set_action(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigfillset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

void (*current_handler(int number))(int) {
  struct sigaction action {};
  sigaction(number, nullptr, &action);
  return action.sa_handler;
}

void ignore_by_default(int number) {
  if (current_handler(number) == SIG_DFL) set_action(number, SIG_IGN);
}

}  // namespace

void ignore_signals() {
  for (const int number :
       {SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGSTKFLT, SIGTTOU})
    ignore_by_default(number);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) ignore_by_default(number);
}

Signals::Signals(OnHangup on_hangup, int64_t (*clock_ms)()) {
  g_received = nullptr;
  g_reload = false;
  g_hangup_reloads = on_hangup == OnHangup::reload;
  g_on_terminal = is_terminal();
  g_requested_ms = kNone;
  g_clock_ms = clock_ms;
  if (pipe2(g_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) g_pipe = {-1, -1};
  ignore_signals();
  sigset_t draining;
  sigemptyset(&draining);
  for (const Named& signal : kDraining) {
    if (signal.number == SIGHUP && current_handler(SIGHUP) == SIG_IGN) continue;
    set_action(signal.number, on_signal);
    sigaddset(&draining, signal.number);
  }
  // The parent may have blocked them, and blocked signals are inherited.
  sigprocmask(SIG_UNBLOCK, &draining, nullptr);
}

Signals::~Signals() {
  if (g_received.load() != nullptr) return;
  for (const Named& signal : kDraining)
    if (current_handler(signal.number) == on_signal) set_action(signal.number, SIG_DFL);
  for (int& end : g_pipe) ::close(std::exchange(end, -1));
}

int Signals::descriptor() const { return g_pipe[0]; }

bool Signals::take_reload() const {
  if (received() != nullptr) return false;
  std::array<char, 64> bytes{};
  while (read(g_pipe[0], bytes.data(), bytes.size()) > 0) continue;
  if (received() != nullptr) wake_loop();  // its byte may be among those that were read
  // After the bytes: the byte of a request that arrives in between wakes the loop once more, for nothing.
  return g_reload.exchange(false);
}

const char* Signals::received() const {
  const Named* const signal = g_received.load();
  return signal == nullptr ? nullptr : signal->name;
}

}  // namespace penstock::host
