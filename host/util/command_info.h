// The description of a command, from which its help, the man page, and the completion of shells are made.
#pragma once

#include <string>
#include <vector>

#include "host/util/arguments.h"

namespace penstock::host {

struct ExitCode {
  int code;
  std::string meaning;  // a sentence
};

struct CommandInfo {
  std::string name;
  std::string summary;                             // one imperative sentence
  std::vector<std::vector<std::string>> synopses;  // forms of the arguments; parts like "-c FILE" stay on one line
  std::vector<std::string> details = {};           // paragraphs; one that begins with "- " is a list item
  std::vector<OptionSpec> options = {};
  std::vector<ExitCode> exit_codes = {};
};

// The exit code of every command for kExitUsage.
inline const ExitCode kUsageExit = {kExitUsage, "The command line is invalid."};

// Returns an option of several commands with another help.
OptionSpec with_help(const OptionSpec& option, std::string help);

// Returns "-c FILE, --config FILE".
std::string option_form(const OptionSpec& option);

// Returns the help of a command, in lines of at most 80 columns.
std::string format_help(const CommandInfo& command);

// Returns the name and the summary of a command, for a list of commands: name in column 3, summary in column 15.
std::string format_summary(const CommandInfo& command);

}  // namespace penstock::host
