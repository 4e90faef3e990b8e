// penstock help and penstock version.
#include "base/text.h"
#include "host/commands/commands.h"
#include "host/commands/man_page.h"
#include "host/plan/stage_command.h"
#include "host/util/arguments.h"

namespace penstock::host {

namespace {

std::string program_help() {
  std::string out = "Usage: penstock COMMAND [ARGUMENTS]\n\nCommands:\n\n";
  for (const Command& command : own_commands()) out += format_summary(command.info);
  const std::vector<CommandInfo> of_stages = stage_commands();
  if (!of_stages.empty()) out += "\nCommands of stages, which run for each section of that stage:\n\n";
  for (const CommandInfo& command : of_stages) out += format_summary(command);
  return out + "\nSee penstock help COMMAND for the arguments of a command.\n";
}

std::string versions() {
  const std::string libraries = PENSTOCK_STATIC_LIBRARIES;
  return "penstock " PENSTOCK_VERSION "\n" + (libraries.empty() ? "" : "static libraries: " + libraries + "\n");
}

}  // namespace

CommandInfo help_info() {
  return {"help",
          "Print the help of the program or of a command.",
          {{"[COMMAND]"}, {"--man"}},
          {"penstock --help, penstock COMMAND --help, and -h print the same."},
          {{"--man", {}, {}, "Print the man page penstock(1), in the format of man(7)."}, kHelpOption}};
}

int help_command(const std::vector<std::string>& args) {
  // "help COMMAND" is "COMMAND --help", also for the commands of stages.
  if (args.size() == 1 && !args.front().starts_with("-")) return run_program({args.front(), "--help"});
  Arguments arguments;
  const CommandInfo info = help_info();
  if (const std::string wrong = arguments.parse(args, info.options); !wrong.empty())
    return usage_error("help", "PS0900", wrong);
  if (arguments.has("-h")) return print_help(format_help(info));
  if (arguments.words().size() > 1 || (arguments.has("--man") && !arguments.words().empty()))
    return usage_error("help", "PS0905", "more than one command; name one");
  return print_help(arguments.has("--man") ? man_page() : program_help());
}

CommandInfo version_info() {
  return {"version",
          "Print the version, and those of the libraries that are linked statically.",
          {{}},
          {"penstock --version and penstock -V print the same."},
          {kHelpOption}};
}

int version_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const CommandInfo info = version_info();
  std::string wrong = arguments.parse(args, info.options);
  if (wrong.empty() && !arguments.words().empty())
    wrong = "unexpected argument '" + printable(arguments.words().front(), 60) + "'";
  if (!wrong.empty()) return usage_error("version", "PS0900", wrong);
  return print_help(arguments.has("-h") ? format_help(info) : versions());
}

}  // namespace penstock::host
