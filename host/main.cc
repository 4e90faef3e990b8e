// penstock: a small log agent around libpenstock.so.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "base/text.h"
#include "host/commands/commands.h"
#include "host/plan/stage_command.h"
#include "host/util/arguments.h"
#include "host/util/signals.h"

namespace {

using namespace penstock::host;
using penstock::printable;

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
  penstock help COMMAND   prints the help of a command, as COMMAND --help does
  penstock version        prints the version, as --version and -V do
)";

// If descriptor 0, 1 or 2 is closed at the start, the next file to be opened would get its number, and the records
// or the log would go into that file. Occupies the number in such a way that reading or writing still fails with
// EBADF.
bool keep_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) return false;
  return true;
}

struct Command {
  const char* name;
  int (*run)(const std::vector<std::string>& args);
};
constexpr std::array<Command, 5> kCommands = {{{"run", run_command},
                                               {"check", check_command},
                                               {"transform", transform_command},
                                               {"replay", replay_command},
                                               {"plugins", plugins_command}}};

int run(std::vector<std::string> args) {
  const auto is_help = [](const std::string& word) { return word == "help" || word == "--help" || word == "-h"; };
  if (args.empty()) return usage_error("", "which command?");
  if (is_help(args[0]) && args.size() > 1) args = {args[1], "--help"};
  const std::string name = args[0];
  if (is_help(name)) return print_help(kBefore + stage_commands_help() + kAfter);
  if (name == "version" || name == "--version" || name == "-V")
    return print_help("penstock " PENSTOCK_VERSION "\n");
  if (name.starts_with("-"))
    return usage_error("",
                       "a command comes first, as in penstock run -c FILE; '" + printable(name, 60) + "' is none");
  args.erase(args.begin());
  if (args == std::vector<std::string>{"help"}) args = {"--help"};
  std::vector<std::string> names = {"help", "version"};
  for (const Command& command : kCommands) {
    if (name == command.name) return command.run(args);
    names.emplace_back(command.name);
  }
  return stage_command(name, args, names);
}

}  // namespace

int main(int argc, char** argv) {
  if (!keep_standard_descriptors()) return kExitFailed;
  ignore_signals();  // for example, a failed write is then an error of the command that wrote
  try {
    return run({argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const std::exception& error) {  // no memory, no thread
    std::fprintf(stderr, "penstock: %s\n", error.what());
    return kExitFailed;
  }
}
