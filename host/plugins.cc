#include <cstdio>

#include "host/arguments.h"
#include "host/commands.h"
#include "host/prepare.h"
#include "host/text.h"

namespace penstock::host {

namespace {

constexpr char kHelp[] =
    R"(Usage: penstock plugins [--markdown] [PLUGIN.so]

Lists the stages of a plugin (libpenstock.so, if none is named) and those built
into this program, with their options as the plugin itself documents them.

  --markdown   the plugin's stages alone, as tables for a document
  -h, --help   this text
)";

std::string text_or(const char* text, const char* otherwise) {
  return text == nullptr || *text == '\0' ? otherwise : printable(text);
}

std::string default_text(const penstock_option_info& info) {
  return info.required != 0 ? "required" : text_or(info.default_value, "none");
}

std::string heading(const penstock_stage& stage) {
  return std::string(kind_name(stage.kind)) + " " + printable(stage.id);
}

void append_plain(std::string& out, const penstock_stage& stage) {
  out += heading(stage) + "\n  " + text_or(stage.summary, "") + "\n";
  for (size_t i = 0; i < stage.option_info_count; ++i) {
    const penstock_option_info& info = option_info(stage, i);
    out += "\n  " + printable(info.name) + "  <" + text_or(info.type, "text") + ">  " +
           (info.required != 0 ? "required" : "default: " + default_text(info)) + "\n      " +
           text_or(info.help, "") + "\n";
  }
  out += "\n";
}

// A cell of a table, where a bar would end it.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

void append_markdown(std::string& out, const penstock_stage& stage) {
  if (!out.empty()) out += "\n";
  out += "## " + std::string(kind_name(stage.kind)) + " `" + printable(stage.id) + "`\n\n" +
         text_or(stage.summary, "") + "\n";
  if (stage.option_info_count == 0) return;
  out += "\n| option | value | default | what it does |\n|---|---|---|---|\n";
  for (size_t i = 0; i < stage.option_info_count; ++i) {
    const penstock_option_info& info = option_info(stage, i);
    const bool literal = info.required == 0 && info.default_value != nullptr && *info.default_value != '\0';
    const std::string value = literal ? "`" + default_text(info) + "`" : default_text(info);
    out += "| `" + cell(printable(info.name)) + "` | " + cell(text_or(info.type, "text")) + " | " + cell(value) +
           " | " + cell(text_or(info.help, "")) + " |\n";
  }
}

}  // namespace

int plugins_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const std::string wrong = arguments.parse(args, {{"--markdown"}, {"-h"}, {"--help"}});
  if (!wrong.empty()) return usage_error("plugins", wrong);
  if (arguments.has("-h") || arguments.has("--help")) return print_help(kHelp);

  Modules modules;
  const size_t builtin = modules.stages().size();
  std::vector<PluginPath> paths;
  for (const std::string& word : arguments.words()) paths.push_back({word, {}});
  std::vector<Problem> problems;
  open_plugins(paths, modules, problems);
  print_problems(problems);

  std::string out;
  const bool markdown = arguments.has("--markdown");
  const auto& stages = modules.stages();
  for (size_t i = builtin; i < stages.size(); ++i) {
    markdown ? append_markdown(out, *stages[i]) : append_plain(out, *stages[i]);
  }
  for (size_t i = 0; i < builtin && !markdown; ++i) append_plain(out, *stages[i]);
  std::fputs(out.c_str(), stdout);
  return problems.empty() ? kExitFine : kExitFailed;
}

}  // namespace penstock::host
