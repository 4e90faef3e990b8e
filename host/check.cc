#include <cstdio>

#include "host/agent_check.h"
#include "host/arguments.h"
#include "host/commands.h"
#include "host/prepare.h"
#include "host/text.h"

namespace penstock::host {

namespace {
constexpr char kHelp[] =
    R"(Usage: penstock check -c FILE [-e PLUGIN.so]...
       penstock check --agent fluent-bit -c FILE [-e PLUGIN.so]...

Reads a conf and checks all of it: sections, keys, the options of every stage,
tags. Prints every problem as "file:line: message" on standard error, and exits
with 1 if there is one. Touches no network. The -c may be left out.

  -c FILE              the conf; YAML if its name ends with .yaml or .yml
  -e PLUGIN.so         a plugin to open instead of libpenstock.so; may be
                       repeated. With --agent: as the agent is given it
  --agent fluent-bit   the conf is for Fluent Bit: checks the sections of ours in
                       it, which Fluent Bit itself does not, and leaves all
                       others alone
  -h, --help           this text
)";

int check_conf(const std::string& file, const std::vector<std::string>& plugins) {
  const Prepared prepared = prepare(file, plugins);
  print_problems(prepared.problems);
  if (has_errors(prepared.problems)) return kExitFailed;
  std::printf("%s: no problems; inputs: %zu, filters: %zu, outputs: %zu\n", printable(file).c_str(),
              prepared.plan.inputs.size(), prepared.plan.filters.size(), prepared.plan.outputs.size());
  return kExitFine;
}

int check_agent_conf(const std::string& file, const std::vector<std::string>& plugins) {
  const AgentCheck checked = check_for_fluent_bit(file, plugins, environment_variable);
  print_problems(checked.problems);
  if (has_errors(checked.problems)) return kExitFailed;
  std::printf("%s: no problems in the sections of ours; inputs: %zu, filters: %zu, outputs: %zu\n",
              printable(file).c_str(), checked.inputs, checked.filters, checked.outputs);
  return kExitFine;
}

}  // namespace

int check_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const std::string wrong =
      arguments.parse(args, {{"-c", true}, {"-e", true}, {"--agent", true}, {"-h"}, {"--help"}});
  if (!wrong.empty()) return usage_error("check", wrong);
  if (arguments.has("-h") || arguments.has("--help")) return print_help(kHelp);
  std::vector<std::string> files = arguments.values("-c");
  files.insert(files.end(), arguments.words().begin(), arguments.words().end());
  if (files.empty()) return usage_error("check", "-c FILE is missing");
  if (files.size() > 1) return usage_error("check", "one conf at a time, with -c FILE");
  const std::string agent = arguments.last("--agent");
  if (arguments.has("--agent") && agent != "fluent-bit") {
    return usage_error("check", "--agent '" + printable(agent, 60) + "' is not known; there is fluent-bit");
  }
  return arguments.has("--agent") ? check_agent_conf(files[0], arguments.values("-e"))
                                  : check_conf(files[0], arguments.values("-e"));
}

}  // namespace penstock::host
