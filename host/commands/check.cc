#include "base/text.h"
#include "host/commands/commands.h"
#include "host/fluentbit_check/agent_check.h"
#include "host/plan/load_config.h"
#include "host/plan/stage_command.h"
#include "host/util/arguments.h"
#include "host/util/command_info.h"
#include "host/util/write_all.h"

namespace penstock::host {

namespace {

std::string format_counts(size_t inputs, size_t filters, size_t outputs) {
  return "inputs: " + std::to_string(inputs) + ", filters: " + std::to_string(filters) +
         ", outputs: " + std::to_string(outputs) + "\n";
}

int no_stage_has(const std::string& file, const std::string& flag, const std::string& stages) {
  print_problems(
      {Problem::error({file, 0}, "PS0920",
                      flag + " needs " + stages + ", such as penstock_kinesis, and this configuration has none")});
  return kExitFailed;
}

// Runs the stages' command "access", one stage after the other: two may use the same stream, which allows one dry
// run a second.
int check_online(const std::string& file, const Plan& plan) {
  const CommandRun checked = run_stage_commands(plan, "access", {}, Pace::one_by_one);
  if (checked.stages == 0) return no_stage_has(file, "--online", "a stage with the command 'access'");
  return checked.failed ? kExitFailed : kExitFine;
}

// size: the arguments of the outputs' command "sizing"; empty: do not run it.
int check_conf(const std::string& file, const std::vector<std::string>& plugins, const std::vector<Entry>& size,
               bool online) {
  const LoadedConfig prepared = load_config(file, plugins);
  print_problems(prepared.problems);
  if (has_errors(prepared.problems)) return kExitFailed;
  const Plan& plan = prepared.plan;
  if (!print(printable(file, kMaxPrintedLineBytes) + ": no problems; " +
             format_counts(plan.inputs.size(), plan.filters.size(), plan.outputs.size())))
    return kExitFailed;
  if (online) return check_online(file, plan);
  if (size.empty()) return kExitFine;
  const CommandRun sized = run_stage_commands(plan, "sizing", size);
  if (sized.stages == 0) return no_stage_has(file, "--events-per-second", "an output with the command 'sizing'");
  return sized.failed ? kExitFailed : kExitFine;
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
  return print(printable(file, kMaxPrintedLineBytes) + ": no problems in the sections of Penstock; " + counts)
             ? kExitFine
             : kExitFailed;
}

}  // namespace

CommandInfo check_info() {
  return {
      "check",
      "Check a configuration and report every problem.",
      {{"-c FILE", "[-e PLUGIN.so]...", "[--events-per-second N [--event-bytes SIZE]]"},
       {"--online", "-c FILE", "[-e PLUGIN.so]..."},
       {"--agent fluent-bit", "-c FILE", "[-e PLUGIN.so]..."}},
      {"Checks sections, keys, the options of every stage, and tags, without network access. Prints each problem "
       "on standard error as FILE:LINE: CODE: message. Warnings do not change the exit code.",
       "With --online, then also makes calls and dry runs, which write nothing: prints the identity of the "
       "credentials, the state of each stream, queue, and lease table, what works, and the missing IAM "
       "statements."},
      {kConfOption,
       with_help(
           kPluginOption,
           "Plugin to open instead of libpenstock.so. May be repeated. With --agent: a plugin that the agent "
           "opens with -e."),
       {"--events-per-second",
        "N",
        {},
        "Also print the capacity that the stream of each output needs for this rate of log events: records, "
        "bytes, shards, and billed units."},
       {"--event-bytes",
        "SIZE",
        {},
        "Mean size of a log event for --events-per-second, including its partition key. Default: 505."},
       {"--online",
        "",
        {},
        "Also check with the services of AWS whether the credentials may use the streams, and whether the streams "
        "fit the configuration. AWS bills a dry run like the call."},
       {"--agent",
        "fluent-bit",
        {},
        "Check a configuration for Fluent Bit: only the sections of Penstock, whose unknown keys Fluent Bit does "
        "not report."},
       kHelpOption},
      {{kExitFine, "No errors."},
       {kExitFailed,
        "The configuration has an error, the capacity could not be computed, or a check of --online failed."},
       kUsageExit}};
}

int check_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const CommandInfo info = check_info();
  const std::string wrong = arguments.parse(args, info.options);
  if (!wrong.empty()) return usage_error("check", "PS0900", wrong);
  if (arguments.has("-h")) return print_help(format_help(info));
  std::string conf;
  if (const std::string defect = arguments.read_conf_path(conf); !defect.empty())
    return usage_error("check", "PS0902", defect);
  const std::string agent = arguments.last("--agent");
  if (arguments.has("--agent") && agent != "fluent-bit")
    return usage_error("check", "PS0903", "invalid --agent '" + printable(agent, 60) + "': expected fluent-bit");
  const std::vector<Entry> size = sizing_arguments(arguments);
  if (arguments.has("--event-bytes") && !arguments.has("--events-per-second"))
    return usage_error("check", "PS0904", "--event-bytes needs --events-per-second");
  if (arguments.has("--agent") && !size.empty())
    return usage_error("check", "PS0904", "--events-per-second cannot be used with --agent");
  const bool online = arguments.has("--online");
  if (online && (arguments.has("--agent") || !size.empty()))
    return usage_error("check", "PS0904", "--online cannot be used with --agent or --events-per-second");
  return arguments.has("--agent") ? check_agent_conf(conf, arguments.values("-e"))
                                  : check_conf(conf, arguments.values("-e"), size, online);
}

}  // namespace penstock::host
