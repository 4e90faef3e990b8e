#include <cstdio>

#include "host/arguments.h"
#include "host/commands.h"
#include "host/prepare.h"
#include "host/text.h"

namespace penstock::host {

namespace {
constexpr char kHelp[] =
    R"(Usage: penstock check -c FILE [-e PLUGIN.so]...

Reads a conf and checks all of it: sections, keys, the options of every stage,
tags. Prints every problem as "file:line: message" on standard error, and exits
with 1 if there is one. Touches no network.

  -c FILE        the conf
  -e PLUGIN.so   a plugin to open instead of libpenstock.so; may be repeated
  -h, --help     this text
)";
}  // namespace

int check_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const std::string wrong = arguments.parse(args, {{"-c", true}, {"-e", true}, {"-h"}, {"--help"}});
  if (!wrong.empty()) return usage_error("check", wrong);
  if (arguments.has("-h") || arguments.has("--help")) return print_help(kHelp);
  if (!arguments.has("-c")) return usage_error("check", "-c FILE is missing");
  if (!arguments.words().empty()) return usage_error("check", "name the conf with -c FILE");

  const Prepared prepared = prepare(arguments.last("-c"), arguments.values("-e"));
  print_problems(prepared.problems);
  if (has_errors(prepared.problems)) return kExitFailed;
  std::printf("%s: no problems; inputs: %zu, filters: %zu, outputs: %zu\n",
              printable(arguments.last("-c")).c_str(), prepared.plan.inputs.size(), prepared.plan.filters.size(),
              prepared.plan.outputs.size());
  return kExitFine;
}

}  // namespace penstock::host
