// A terminal for a program.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "tests/unit/host/program_test_base.h"

namespace penstock::host {

// Both ends of a terminal. The program gets end() as its standard input and output.
class PseudoTerminal {
 public:
  PseudoTerminal() : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)), screen(master_) {
    EXPECT_EQ(grantpt(master_) | unlockpt(master_), 0);
    slave_ = open(ptsname(master_), O_RDWR | O_NOCTTY | O_CLOEXEC);
  }
  ~PseudoTerminal() { close(slave_); }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  int end() const { return slave_; }
  void press(char key) const { EXPECT_EQ(write(master_, &key, 1), 1); }
  bool echoes() const {
    termios settings{};
    EXPECT_EQ(tcgetattr(slave_, &settings), 0);
    return (settings.c_lflag & ECHO) != 0;
  }

 private:
  int master_;
  int slave_ = -1;

 public:
  Lines screen;
};

}  // namespace penstock::host
