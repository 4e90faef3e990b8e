// penstock: a small log agent around libpenstock.so.
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "host/arguments.h"
#include "host/commands.h"
#include "host/signals.h"
#include "host/stage_command.h"

namespace {

constexpr char kBefore[] =
    R"(Usage: penstock COMMAND [ARGUMENTS]

  run         runs the pipeline of a conf until it is told to stop
  check       checks a conf and tells every problem in it
  transform   turns subscription messages into records, from files or a pipe
  replay      feeds the records of a failure file in again
  plugins     lists stages with their options and commands
)";
constexpr char kAfter[] =
    R"(
  penstock COMMAND --help tells about a command
  penstock --version      tells the version
)";

// Where one of 0, 1 and 2 is closed at the start, the next file to be opened would get its number, and the records
// or the log would go to that file. Takes the place so that reading or writing fails with EBADF, as it would.
bool keep_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace penstock::host;
  if (!keep_standard_descriptors()) return kExitFailed;
  ignore_write_signals();  // a failed write is an error of the command that wrote
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (args.empty()) return usage_error("", "which command?");
  const std::vector<std::string> rest(args.begin() + 1, args.end());
  if (args[0] == "run") return run_command(rest);
  if (args[0] == "check") return check_command(rest);
  if (args[0] == "transform") return transform_command(rest);
  if (args[0] == "replay") return replay_command(rest);
  if (args[0] == "plugins") return plugins_command(rest);
  if (args[0] == "--help" || args[0] == "-h")
    return print_help((kBefore + stage_commands_help() + kAfter).c_str());
  if (args[0] == "--version") return print_help("penstock " PENSTOCK_VERSION "\n");
  return stage_command(args[0], rest, {"run", "check", "transform", "replay", "plugins"});
}
