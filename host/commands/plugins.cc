#include "base/text.h"
#include "client/options.h"
#include "host/commands/commands.h"
#include "host/plan/load_config.h"
#include "host/util/arguments.h"
#include "host/util/command_info.h"
#include "host/util/wrap_text.h"
#include "host/util/write_all.h"

namespace penstock::host {

namespace {

std::string text_or(const char* text, const char* otherwise) {
  return text == nullptr || *text == '\0' ? otherwise : printable(text, kMaxPrintedLineBytes);
}

// Appends an option of a stage or an argument of a command.
void append_option(std::string& out, const penstock_option_info& info, size_t indent) {
  const std::string type = "<" + text_or(info.type, "text") + ">";
  const std::string value = info.required != 0 ? "required" : "default: " + text_or(info.default_value, "none");
  const std::string head = std::string(indent, ' ') + printable(info.name) + "  " + type;
  const std::string more = "\n" + std::string(indent + 4, ' ');
  out += head + (head.size() + 2 + value.size() <= kHelpWidth ? "  " : more) + value + "\n" +
         wrap_text(text_or(info.help, ""), indent + 4);
}

void append_stage(std::string& out, const penstock_stage& stage) {
  out += std::string(kind_name(stage.kind)) + " " + printable(stage.id) + "\n" +
         wrap_text(text_or(stage.summary, ""), 2);
  for (size_t i = 0; i < stage.option_info_count; ++i) {
    out += "\n";
    append_option(out, client::option_info(stage, i), 2);
  }
  for (const penstock_command& command : commands_of(stage)) {
    out += "\n  command " + printable(command.name) + "\n" + wrap_text(text_or(command.help, ""), 6);
    for (size_t i = 0; i < command.argument_info_count; ++i) append_option(out, argument_info(command, i), 6);
  }
  out += "\n";
}

}  // namespace

CommandInfo plugins_info() {
  return {"plugins",
          "List the stages of a plugin, with their options and commands.",
          {{"[PLUGIN.so]..."}},
          {"Lists the stages of libpenstock.so if no plugin is named, and then those built into this program."},
          {kHelpOption},
          {{kExitFine, "All plugins were opened."}, {kExitFailed, "A plugin could not be opened."}, kUsageExit}};
}

int plugins_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const CommandInfo info = plugins_info();
  const std::string wrong = arguments.parse(args, info.options);
  if (!wrong.empty()) return usage_error("plugins", "PS0900", wrong);
  if (arguments.has("-h")) return print_help(format_help(info));

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
