// The commands of the program.
#pragma once

#include <string>
#include <vector>

#include "host/util/command_info.h"

namespace penstock::host {

// A command: its description, and the function that runs it. The function takes the arguments after the name and
// returns the exit code.
struct Command {
  CommandInfo info;
  int (*run)(const std::vector<std::string>& args);
};

// Returns the program's own commands, in the order of the help.
std::vector<Command> own_commands();

CommandInfo run_info();
CommandInfo top_info();
CommandInfo check_info();
CommandInfo transform_info();
CommandInfo replay_info();
CommandInfo plugins_info();
CommandInfo completion_info();
CommandInfo help_info();
CommandInfo version_info();

int run_command(const std::vector<std::string>& args);
int top_command(const std::vector<std::string>& args);
int check_command(const std::vector<std::string>& args);
int transform_command(const std::vector<std::string>& args);
int replay_command(const std::vector<std::string>& args);
int plugins_command(const std::vector<std::string>& args);
int completion_command(const std::vector<std::string>& args);
int help_command(const std::vector<std::string>& args);
int version_command(const std::vector<std::string>& args);

// Runs the command line "penstock ARGS".
int run_program(const std::vector<std::string>& args);

}  // namespace penstock::host
