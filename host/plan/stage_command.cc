#include "host/plan/stage_command.h"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <future>
#include <set>
#include <utility>

#include "base/coded_text.h"
#include "base/suggest.h"
#include "base/text.h"
#include "client/instance.h"
#include "host/plan/load_config.h"
#include "host/plan/stage_log.h"
#include "host/util/arguments.h"
#include "host/util/write_all.h"

namespace penstock::host {

namespace {

bool find_command(const penstock_stage& stage, std::string_view name, penstock_command& out) {
  for (const penstock_command& command : commands_of(stage)) {
    if (name != command.name) continue;
    out = command;
    return true;
  }
  return false;
}

int32_t call(const StagePlan& plan, const penstock_command& command, const std::vector<penstock_option>& arguments,
             penstock_print_fn print, void* print_ctx, client::Error& error) {
  Log log(STDERR_FILENO);
  log.set_level(PENSTOCK_LOG_WARN);
  StageLog stage_log(plan.label, log);
  const penstock_host host = client::logging_host(stage_log);
  const std::vector<penstock_option> options = abi_options(plan.options);
  return command.run(&host, options.data(), options.size(), arguments.data(), arguments.size(),
                     sizeof(penstock_option), print, print_ctx, &error);
}

// Returns how an argument is typed: "--events-per-second" for events_per_second.
std::string typed(std::string_view name) {
  std::string out = "--" + std::string(name);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

CommandInfo info_of(const penstock_stage& stage, const penstock_command& command) {
  CommandInfo out;
  out.name = printable(command.name);
  out.summary = printable(command.help, kMaxPrintedLineBytes);
  std::vector<std::string> synopsis = {"-c FILE"};
  for (size_t i = 0; i < command.argument_info_count; ++i) {
    const penstock_option_info& info = argument_info(command, i);
    const std::string type = printable(info.type, kMaxPrintedLineBytes);
    const std::string argument = type == "on|off" ? "" : type.find('|') == type.npos ? upper_case(type) : type;
    out.options.push_back({typed(printable(info.name)), argument, {}, printable(info.help, kMaxPrintedLineBytes)});
    const std::string form = option_form(out.options.back());
    synopsis.push_back(info.required != 0 ? form : "[" + form + "]");
  }
  synopsis.emplace_back("[-e PLUGIN.so]...");
  out.synopses.push_back(std::move(synopsis));
  out.details = {"Runs for each section of " + std::string(kind_name(stage.kind)) + " '" + printable(stage.id) +
                 "' in the configuration."};
  out.options.insert(out.options.end(), {kConfOption, kPluginOption, kHelpOption});
  out.exit_codes = {{kExitFine, "The command succeeded for each section."},
                    {kExitFailed, "The configuration has an error, or the command failed for a section."},
                    kUsageExit};
  return out;
}

// The words of the command line: -c, -e, and arguments for the stages, whose names only the stages know.
struct CommandLine {
  std::string conf;
  std::vector<std::string> plugins;
  bool help = false;
  std::vector<Entry> arguments;
};

// What is wrong with a command line; text "": nothing.
struct LineProblem {
  MessageId id = "PS0900";
  std::string text;
};

// Parses the options and words that every command has as usual; the rest is for the stages.
LineProblem read(const std::vector<std::string>& args, CommandLine& out) {
  const auto is_option = [](const std::string& arg) { return arg.size() > 1 && arg[0] == '-'; };
  const auto is_ours = [](const std::string& arg) {
    const std::string name = arg.substr(0, arg.find('='));
    return !arg.starts_with("--") || name == "--config" || name == "--plugin" || name == "--help";
  };
  std::vector<std::string> ours;
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (is_ours(arg) || arg.size() == 2) {
      ours.push_back(arg);
      static const std::set<std::string> kWithValue = {"-c", "-e", "--config", "-config", "--plugin", "-plugin"};
      if (kWithValue.contains(arg) && i + 1 < args.size()) ours.push_back(args[++i]);
      continue;
    }
    const size_t equals = arg.find('=');
    Entry entry;
    entry.key = arg.substr(2, equals == std::string::npos ? equals : equals - 2);
    std::replace(entry.key.begin(), entry.key.end(), '-', '_');
    if (equals != std::string::npos)
      entry.value = arg.substr(equals + 1);
    else if (i + 1 < args.size() && !is_option(args[i + 1]))
      entry.value = args[++i];
    else
      entry.value = "on";
    out.arguments.push_back(entry);
  }
  Arguments arguments;
  const std::string wrong = arguments.parse(ours, {kConfOption, kPluginOption, kHelpOption});
  out.plugins = arguments.values("-e");
  out.help = arguments.has("-h");
  if (!wrong.empty() || out.help) return {"PS0900", wrong};
  return {"PS0902", arguments.read_conf_path(out.conf)};
}

int no_such_command(const std::string& name, std::vector<std::string> names, const Modules& modules) {
  for (const penstock_stage* stage : modules.stages())
    for (const penstock_command& command : commands_of(*stage)) names.emplace_back(command.name);
  return usage_error("", "PS0901", "unknown command '" + printable(name, 60) + "'" + suggestion(name, names));
}

// Handles a command line without a conf: prints help, or what is wrong with the line.
int without_conf(const std::string& name, const CommandLine& line, const LineProblem& wrong,
                 const std::vector<std::string>& others) {
  std::vector<PluginPath> paths;
  for (const std::string& plugin : line.plugins) paths.push_back({plugin, {}});
  Modules modules;
  std::vector<Problem> problems;
  open_plugins(paths, modules, problems);
  if (!line.plugins.empty()) print_problems(problems);
  std::string help;
  penstock_command command{};
  for (const penstock_stage* stage : modules.stages())
    if (find_command(*stage, name, command))
      help += (help.empty() ? "" : "\n") + format_help(info_of(*stage, command));
  if (help.empty()) return no_such_command(name, others, modules);
  return line.help ? print_help(help) : usage_error(name, wrong.id, wrong.text);
}

}  // namespace

std::vector<CommandInfo> stage_commands() {
  Modules modules;
  std::vector<Problem> not_found;
  open_plugins({}, modules, not_found);
  std::vector<std::string> names;
  std::vector<CommandInfo> out;
  for (const penstock_stage* stage : modules.stages()) {
    for (const penstock_command& command : commands_of(*stage)) {
      if (knows(names, command.name)) continue;
      names.emplace_back(command.name);
      out.push_back(info_of(*stage, command));
    }
  }
  return out;
}

StageLines run_stage_command(const StagePlan& plan, std::string_view name, const std::vector<Entry>& arguments) {
  StageLines out;
  penstock_command command{};
  out.offered = find_command(*plan.stage, name, command);
  if (!out.offered) return out;
  const auto keep = [](void* lines, penstock_bytes line) {
    static_cast<std::vector<std::string>*>(lines)->push_back(printable({line.data, line.size}, std::string::npos));
  };
  client::Error error;
  const int32_t result = call(plan, command, abi_options(arguments), keep, &out.lines, error);
  if (result < 0) out.error = error.describe(result);
  out.retryable = error.retryable != 0;
  return out;
}

CommandRun run_stage_commands(const Plan& plan, std::string_view name, const std::vector<Entry>& arguments,
                              Pace pace) {
  std::vector<const StagePlan*> found;
  penstock_command command{};
  for (const auto* stages : {&plan.inputs, &plan.filters, &plan.outputs}) {
    for (const StagePlan& stage : *stages)
      if (find_command(*stage.stage, name, command)) found.push_back(&stage);
  }
  std::vector<std::future<StageLines>> asked;
  asked.reserve(found.size());
  for (const StagePlan* stage : found)
    asked.push_back(std::async(pace == Pace::all_at_once ? std::launch::async : std::launch::deferred,
                               run_stage_command, std::cref(*stage), name, std::cref(arguments)));
  CommandRun out{found.size()};
  for (size_t i = 0; i < found.size(); ++i) {
    const StageLines answer = asked[i].get();
    std::string text = found.size() > 1 ? printable(found[i]->label, kMaxPrintedLineBytes) + "\n" : "";
    for (const std::string& line : answer.lines) text += line + "\n";
    if (!print(text)) out.failed = true;
    if (answer.error.empty()) continue;
    print_problems({Problem::of_stage(
        found[i]->place, in_context(found[i]->label + ": " + std::string(name) + " failed", answer.error))});
    out.failed = true;
  }
  return out;
}

int stage_command(const std::string& name, const std::vector<std::string>& args,
                  const std::vector<std::string>& others) {
  CommandLine line;
  const LineProblem wrong = read(args, line);
  if (line.help || line.conf.empty()) return without_conf(name, line, wrong, others);
  const LoadedConfig prepared = load_config(line.conf, line.plugins);
  print_problems(prepared.problems);
  if (has_errors(prepared.problems)) return kExitFailed;
  const CommandRun done = run_stage_commands(prepared.plan, name, line.arguments);
  if (done.stages > 0) return done.failed ? kExitFailed : kExitFine;
  std::string owners;
  size_t stages_with_it = 0;
  penstock_command command{};
  for (const penstock_stage* stage : prepared.modules.stages()) {
    if (!find_command(*stage, name, command)) continue;
    owners += (owners.empty() ? "" : ", ") + std::string(kind_name(stage->kind)) + " '" + stage->id + "'";
    ++stages_with_it;
  }
  if (owners.empty()) return no_such_command(name, others, prepared.modules);
  print_problems({Problem::error({line.conf, 0}, "PS0920",
                                 "no stage of this configuration has the command '" + name + "'; " + owners +
                                     (stages_with_it > 1 ? " have it" : " has it"))});
  return kExitFailed;
}

}  // namespace penstock::host
