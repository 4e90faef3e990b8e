// What stages offer to an operator beside running: their commands, as "penstock NAME -c FILE" runs them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "host/plan/plan.h"

namespace penstock::host {

struct CommandRun {
  size_t stages = 0;    // that have the command
  bool failed = false;  // in one of them; standard error says why
};

// What the command of that name prints for one stage.
struct StageLines {
  bool offered = false;  // the stage has the command
  std::vector<std::string> lines;
  std::string error;  // "": it went well
  bool retryable = false;
};
StageLines run_stage_command(const StagePlan& plan, std::string_view name, const std::vector<Entry>& arguments);

// Runs the command of that name for each stage of the plan that has it, all at the same time, so that services
// which do not answer are waited for once. Prints what they print on standard output in the order of the plan:
// under the label of the stage where there are several.
CommandRun run_stage_commands(const Plan& plan, std::string_view name, const std::vector<Entry>& arguments);

// Help for the commands of the stages of the default plugin, a line each; empty where it is not found.
std::string stage_commands_help();

// The command line "penstock NAME args"; any name may be given: others are the names of this program's own
// commands, for one that nobody knows. Returns the exit code.
int stage_command(const std::string& name, const std::vector<std::string>& args,
                  const std::vector<std::string>& others);

}  // namespace penstock::host
