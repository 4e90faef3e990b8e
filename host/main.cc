// penstock: a small log agent around libpenstock.so.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "base/message_id.h"
#include "host/commands/commands.h"
#include "host/util/arguments.h"
#include "host/util/signals.h"

namespace {

using namespace penstock::host;
// If descriptor 0, 1 or 2 is closed at the start, the next file to be opened would get its number, and the records
// or the log would go into that file. Occupies the number in such a way that reading or writing still fails with
// EBADF.
bool keep_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) return false;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (!keep_standard_descriptors()) return kExitFailed;
  ignore_signals();  // for example, a failed write is then an error of the command that wrote
  try {
    return run_program({argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const std::exception& error) {  // no memory, no thread
    std::fprintf(stderr, "penstock: %s\n",
                 penstock::coded("PS0909", std::string("cannot continue: ") + error.what()).c_str());
    return kExitFailed;
  }
}
