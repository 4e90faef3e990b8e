// Runs the commands that stages offer to an operator, as "penstock NAME -c FILE".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "host/plan/plan.h"
#include "host/util/command_info.h"

namespace penstock::host {

struct CommandRun {
  size_t stages = 0;    // number of stages that have the command
  bool failed = false;  // in one of the stages; standard error has the reason
};

// The output of a command for one stage.
struct StageLines {
  bool offered = false;  // the stage has the command
  std::vector<std::string> lines;
  std::string error;  // "": success
  bool retryable = false;
};
StageLines run_stage_command(const StagePlan& plan, std::string_view name, const std::vector<Entry>& arguments);

enum class Pace {
  all_at_once,  // so that the timeouts of unreachable services do not add up
  one_by_one,   // so that calls with a rate limit do not add up
};

// Runs the command for each stage of the plan that has it. Prints their output on standard output in the order of
// the plan, under the label of the stage if there are several.
CommandRun run_stage_commands(const Plan& plan, std::string_view name, const std::vector<Entry>& arguments,
                              Pace pace = Pace::all_at_once);

// Returns the commands of the default plugin's stages, each name once; empty if the plugin is not found.
std::vector<CommandInfo> stage_commands();

// Runs the command line "penstock NAME args", for any name. others: the names of this program's own commands, for
// the suggestion if no stage has the command. Returns the exit code.
int stage_command(const std::string& name, const std::vector<std::string>& args,
                  const std::vector<std::string>& others);

}  // namespace penstock::host
