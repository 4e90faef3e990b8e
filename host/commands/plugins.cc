#include "base/text.h"
#include "client/options.h"
#include "host/commands/commands.h"
#include "host/plan/load_config.h"
#include "host/util/arguments.h"
#include "host/util/write_all.h"

namespace penstock::host {

namespace {

constexpr char kHelp[] =
    R"(Usage: penstock plugins [PLUGIN.so]

Lists the stages of a plugin (libpenstock.so, if none is named) and those built
into this program, with their options and commands as the plugin itself
documents them.

  -h, --help   this text
)";

std::string text_or(const char* text, const char* otherwise) {
  return text == nullptr || *text == '\0' ? otherwise : printable(text, kMaxPrintedLineBytes);
}

// Appends an option of a stage or an argument of a command.
void append_option(std::string& out, const penstock_option_info& info, const std::string& indent) {
  out += indent + printable(info.name) + "  <" + text_or(info.type, "text") + ">  " +
         (info.required != 0 ? "required" : "default: " + text_or(info.default_value, "none")) + "\n" + indent +
         "    " + text_or(info.help, "") + "\n";
}

void append_stage(std::string& out, const penstock_stage& stage) {
  out +=
      std::string(kind_name(stage.kind)) + " " + printable(stage.id) + "\n  " + text_or(stage.summary, "") + "\n";
  for (size_t i = 0; i < stage.option_info_count; ++i) {
    out += "\n";
    append_option(out, client::option_info(stage, i), "  ");
  }
  for (const penstock_command& command : commands_of(stage)) {
    out += "\n  command " + printable(command.name) + "\n      " + text_or(command.help, "") + "\n";
    for (size_t i = 0; i < command.argument_info_count; ++i)
      append_option(out, argument_info(command, i), "      ");
  }
  out += "\n";
}

}  // namespace

int plugins_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const std::string wrong = arguments.parse(args, {kHelpOption});
  if (!wrong.empty()) return usage_error("plugins", wrong);
  if (arguments.has("-h")) return print_help(kHelp);

  Modules modules;
  const size_t builtin = modules.stages().size();
  std::vector<PluginPath> paths;
  for (const std::string& word : arguments.words()) paths.push_back({word, {}});
  std::vector<Problem> problems;
  open_plugins(paths, modules, problems);
  print_problems(problems);

  std::string out;
  const auto& stages = modules.stages();
  for (size_t i = builtin; i < stages.size(); ++i) append_stage(out, *stages[i]);
  for (size_t i = 0; i < builtin; ++i) append_stage(out, *stages[i]);
  return print(out) && problems.empty() ? kExitFine : kExitFailed;
}

}  // namespace penstock::host
