// A screen on the terminal, and the keys that are pressed.
#pragma once

#include <termios.h>

#include <string>
#include <vector>

#include "host/top/top_view.h"

namespace penstock::host {

// The alternate screen of the terminal, without a cursor, while the object exists. The destructor restores the
// terminal.
class Terminal {
 public:
  // Returns whether standard input and output are a terminal.
  static bool available();

  // REQUIRES: available().
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  ViewSize size() const;
  void show(const std::vector<std::string>& lines);

  // Waits until a key is pressed, wakeup_fd is readable, or the time is over. Returns the key, or 0.
  char wait_for_key(int wakeup_fd, int timeout_ms);

 private:
  termios before_{};
};

}  // namespace penstock::host
