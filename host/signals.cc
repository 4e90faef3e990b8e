#include "host/signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace penstock::host {

namespace {

// A handler can reach nothing but this.
volatile std::sig_atomic_t g_received = 0;
int g_pipe[2] = {-1, -1};

// Also works while a stage holds up the thread, which a descriptor to be read would not.
void on_signal(int number) {
  const int saved_errno = errno;
  if (g_received != 0) {
    static constexpr char kText[] =
        "\npenstock: second signal: ending at once; what was in flight is read again\n";
    [[maybe_unused]] const ssize_t told = write(STDERR_FILENO, kText, sizeof kText - 1);
    _exit(128 + number);
  }
  g_received = number;
  [[maybe_unused]] const ssize_t n = write(g_pipe[1], "s", 1);
  errno = saved_errno;
}

void handle(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

}  // namespace

Signals::Signals() {
  g_received = 0;
  if (pipe2(g_pipe, O_CLOEXEC | O_NONBLOCK) != 0) g_pipe[0] = g_pipe[1] = -1;
  handle(SIGPIPE, SIG_IGN);
  handle(SIGTERM, on_signal);
  handle(SIGINT, on_signal);
}

Signals::~Signals() {
  handle(SIGTERM, SIG_DFL);
  handle(SIGINT, SIG_DFL);
  ::close(g_pipe[0]);
  ::close(g_pipe[1]);
}

int Signals::descriptor() const { return g_pipe[0]; }

const char* Signals::received() const {
  return g_received == 0 ? nullptr : g_received == SIGTERM ? "SIGTERM" : "SIGINT";
}

}  // namespace penstock::host
