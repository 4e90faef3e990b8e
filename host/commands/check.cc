#include "base/text.h"
#include "host/commands/commands.h"
#include "host/fluentbit_check/agent_check.h"
#include "host/plan/load_config.h"
#include "host/plan/stage_command.h"
#include "host/util/arguments.h"
#include "host/util/write_all.h"

namespace penstock::host {

namespace {
constexpr char kHelp[] =
    R"(Usage: penstock check -c FILE [-e PLUGIN.so]...
                      [--events-per-second N [--event-bytes SIZE]]
       penstock check --agent fluent-bit -c FILE [-e PLUGIN.so]...

Reads a conf and checks all of it: sections, keys, the options of every stage,
tags. Prints every problem as "file:line: message" on standard error, and exits
with 1 if there is one. Touches no network. The -c may be left out.

  -c FILE              the conf; YAML if its name ends with .yaml or .yml
  -e PLUGIN.so         a plugin to open instead of libpenstock.so; may be
                       repeated. With --agent: as the agent is given it
  --events-per-second N
                       prints, too, what each output's stream must have for so
                       many log events a second: records, bytes, shards, billed
                       units
  --event-bytes SIZE   their mean size, partition key included; 505 if left out
  --agent fluent-bit   the conf is for Fluent Bit: checks the sections of ours
                       in it, which Fluent Bit itself does not, and leaves all
                       others alone
  -h, --help           this text
)";

std::string format_counts(size_t inputs, size_t filters, size_t outputs) {
  return "inputs: " + std::to_string(inputs) + ", filters: " + std::to_string(filters) +
         ", outputs: " + std::to_string(outputs) + "\n";
}

// size: the arguments of the outputs' command "sizing"; empty: do not run it.
int check_conf(const std::string& file, const std::vector<std::string>& plugins, const std::vector<Entry>& size) {
  const LoadedConfig prepared = load_config(file, plugins);
  print_problems(prepared.problems);
  if (has_errors(prepared.problems)) return kExitFailed;
  const Plan& plan = prepared.plan;
  if (!print(printable(file, kMaxPrintedLineBytes) + ": no problems; " +
             format_counts(plan.inputs.size(), plan.filters.size(), plan.outputs.size())))
    return kExitFailed;
  if (size.empty()) return kExitFine;
  const CommandRun sized = run_stage_commands(plan, "sizing", size);
  if (sized.stages == 0) {
    print_problems(
        {{{file, 0}, "no output of this conf can tell its sizing; output 'penstock_kinesis' can", false}});
  }
  return sized.stages == 0 || sized.failed ? kExitFailed : kExitFine;
}

// Returns the arguments for "sizing" in a command line.
std::vector<Entry> sizing_arguments(const Arguments& arguments) {
  std::vector<Entry> out;
  const auto add = [&](const char* option, const char* key) {
    if (arguments.has(option)) out.push_back({key, arguments.last(option), {}});
  };
  add("--events-per-second", "events_per_second");
  add("--event-bytes", "event_bytes");
  return out;
}

int check_agent_conf(const std::string& file, const std::vector<std::string>& plugins) {
  const AgentCheck checked = check_for_fluent_bit(file, plugins, environment_variable);
  print_problems(checked.problems);
  if (has_errors(checked.problems)) return kExitFailed;
  const std::string counts = format_counts(checked.inputs, checked.filters, checked.outputs);
  return print(printable(file, kMaxPrintedLineBytes) + ": no problems in the sections of ours; " + counts)
             ? kExitFine
             : kExitFailed;
}

}  // namespace

int check_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const std::string wrong = arguments.parse(args, {kConfOption,
                                                   kPluginOption,
                                                   {"--agent", true},
                                                   {"--events-per-second", true},
                                                   {"--event-bytes", true},
                                                   kHelpOption});
  if (!wrong.empty()) return usage_error("check", wrong);
  if (arguments.has("-h")) return print_help(kHelp);
  std::string conf;
  if (const std::string defect = arguments.read_conf_path(conf); !defect.empty())
    return usage_error("check", defect);
  const std::string agent = arguments.last("--agent");
  if (arguments.has("--agent") && agent != "fluent-bit")
    return usage_error("check", "--agent '" + printable(agent, 60) + "' is not known; there is fluent-bit");
  const std::vector<Entry> size = sizing_arguments(arguments);
  if (arguments.has("--event-bytes") && !arguments.has("--events-per-second"))
    return usage_error("check", "--event-bytes is for --events-per-second");
  if (arguments.has("--agent") && !size.empty())
    return usage_error("check", "--events-per-second does not go with --agent");
  return arguments.has("--agent") ? check_agent_conf(conf, arguments.values("-e"))
                                  : check_conf(conf, arguments.values("-e"), size);
}

}  // namespace penstock::host
