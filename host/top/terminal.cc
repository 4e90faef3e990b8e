#include "host/top/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>

#include "host/util/write_all.h"

namespace penstock::host {

namespace {

constexpr char kEnter[] = "\x1b[?1049h\x1b[?25l";
constexpr char kLeave[] = "\x1b[?25h\x1b[?1049l";

}  // namespace

bool Terminal::available() { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

Terminal::Terminal() {
  tcgetattr(STDIN_FILENO, &before_);
  termios keys = before_;
  keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  keys.c_cc[VSUSP] = _POSIX_VDISABLE;  // a stopped process would leave the terminal as it is
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &keys);
  write_all(STDOUT_FILENO, kEnter);
}

Terminal::~Terminal() {
  write_all(STDOUT_FILENO, kLeave);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

ViewSize Terminal::size() const {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return {24, 80};
  return {size.ws_row, size.ws_col};
}

void Terminal::show(const std::vector<std::string>& lines) {
  std::string out = "\x1b[H";
  // A line is cleared before it is written: after a line that fills the screen, the cursor is still on its last
  // character, which would be cleared, too.
  for (size_t i = 0; i < lines.size(); ++i)
    out.append(i == 0 ? "" : "\r\n").append(i + 1 < lines.size() ? "\x1b[K" : "\x1b[J").append(lines[i]);
  write_all(STDOUT_FILENO, out);
}

char Terminal::wait_for_key(int wakeup_fd, int timeout_ms) {
  std::array<pollfd, 2> waiting = {{{STDIN_FILENO, POLLIN, 0}, {wakeup_fd, POLLIN, 0}}};
  if (poll(waiting.data(), waiting.size(), timeout_ms) <= 0 || waiting[0].revents == 0) return 0;
  char key = 'q';  // the terminal is gone
  return read(STDIN_FILENO, &key, 1) == 1 ? key : 'q';
}

}  // namespace penstock::host
