// The list of commands, and the choice among them.
#include "base/text.h"
#include "host/commands/commands.h"
#include "host/plan/stage_command.h"
#include "host/util/arguments.h"

namespace penstock::host {

std::vector<Command> own_commands() {
  return {{run_info(), run_command},
          {top_info(), top_command},
          {check_info(), check_command},
          {transform_info(), transform_command},
          {replay_info(), replay_command},
          {plugins_info(), plugins_command},
          {completion_info(), completion_command},
          {help_info(), help_command},
          {version_info(), version_command}};
}

int run_program(const std::vector<std::string>& args) {
  if (args.empty()) return usage_error("", "PS0901", "the command is missing, such as penstock run -c FILE");
  std::string name = args.front();
  if (name == "--help" || name == "-h") name = "help";
  if (name == "--version" || name == "-V") name = "version";
  if (name.starts_with("-"))
    return usage_error("", "PS0901",
                       "expected a command before '" + printable(name, 60) + "', such as penstock run -c FILE");
  std::vector<std::string> rest(args.begin() + 1, args.end());
  if (name != "help" && rest == std::vector<std::string>{"help"}) rest = {"--help"};
  std::vector<std::string> names;
  for (const Command& command : own_commands()) {
    if (name == command.info.name) return command.run(rest);
    names.push_back(command.info.name);
  }
  return stage_command(name, rest, names);
}

}  // namespace penstock::host
