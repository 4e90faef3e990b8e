// penstock completion: scripts that complete command lines in shells.
#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "host/commands/commands.h"
#include "host/plan/stage_command.h"
#include "host/util/arguments.h"

namespace penstock::host {

namespace {

std::vector<CommandInfo> all_commands() {
  std::vector<CommandInfo> out;
  for (Command& command : own_commands()) out.push_back(std::move(command.info));
  for (CommandInfo& command : stage_commands()) out.push_back(std::move(command));
  return out;
}

// Returns the only values of an option, separated by blanks; "" if it accepts others. Placeholders are in
// uppercase.
std::string values_of(const OptionSpec& option) {
  const std::string& argument = option.argument;
  if (argument.empty() || std::any_of(argument.begin(), argument.end(), [](char c) { return to_lower(c) != c; }))
    return {};
  std::string out = argument;
  std::replace(out.begin(), out.end(), '|', ' ');
  return out;
}

// Returns the words that may follow the command besides its options, separated by blanks; "": files.
std::string words_of(const CommandInfo& command, const std::vector<CommandInfo>& all) {
  if (command.name == "completion") return "bash zsh";
  std::string out;
  if (command.name == "help")
    for (const CommandInfo& one : all) out += (out.empty() ? "" : " ") + one.name;
  return out;
}

std::string option_names(const CommandInfo& command) {
  std::string out;
  for (const OptionSpec& option : command.options) {
    out += (out.empty() ? "" : " ") + option.name;
    if (!option.long_name.empty()) out += " " + option.long_name;
  }
  return out;
}

std::string bash_script() {
  const std::vector<CommandInfo> commands = all_commands();
  std::string names;
  std::string cases;
  for (const CommandInfo& command : commands) {
    names += (names.empty() ? "" : " ") + command.name;
    cases += "    " + command.name + ")\n      options='" + option_names(command) + "'\n";
    if (const std::string words = words_of(command, commands); !words.empty())
      cases += "      words='" + words + "'\n";
    std::string values;
    for (const OptionSpec& option : command.options) {
      if (option.argument.empty()) continue;
      const std::string pattern = option.name + (option.long_name.empty() ? "" : "|" + option.long_name);
      values += "        " + pattern + ") value=yes words='" + values_of(option) + "' ;;\n";
    }
    if (!values.empty()) cases += "      case $previous in\n" + values + "      esac\n";
    cases += "      ;;\n";
  }
  // Without a match, bash completes names of files.
  return "# bash completion for penstock; made by penstock completion bash.\n"
         "_penstock() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  local options='' words='' value=''\n"
         "  COMPREPLY=()\n"
         "  if [[ $COMP_CWORD -eq 1 ]]; then\n"
         "    COMPREPLY=($(compgen -W '" +
         names +
         "' -- \"$current\"))\n"
         "    return\n"
         "  fi\n"
         "  case ${COMP_WORDS[1]} in\n" +
         cases +
         "  esac\n"
         "  [[ -z $value && $current == -* ]] && words=$options\n"
         "  [[ -n $words ]] && COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F _penstock penstock\n";
}

// Escapes text for a single-quoted argument of zsh's _arguments or _describe, where a colon and brackets have a
// meaning.
std::string zsh_escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c == '\'')
      out += "'\\''";
    else if (c == ':' || c == '[' || c == ']' || c == '\\')
      out.append("\\") += c;
    else
      out += c;
  return out;
}

// Returns the first sentence of a help, without its period.
std::string first_sentence(std::string_view help) {
  const size_t end = std::min(help.find(". "), help.size());
  help = help.substr(0, end);
  if (help.ends_with('.')) help.remove_suffix(1);
  return std::string(help);
}

std::string zsh_argument(const OptionSpec& option) {
  if (option.argument.empty()) return {};
  const std::string values = values_of(option);
  const bool is_file = option.argument == "FILE" || option.argument == "PLUGIN.so";
  return ":" + zsh_escaped(option.argument) + ":" +
         (!values.empty() ? "(" + values + ")" : std::string(is_file ? "_files" : " "));
}

std::string zsh_option(const OptionSpec& option) {
  const std::string names = option.long_name.empty() ? "'" + option.name
                                                     : "'(" + option.name + " " + option.long_name + ")'{" +
                                                           option.name + "," + option.long_name + "}'";
  return names + "[" + zsh_escaped(first_sentence(option.help)) + "]" + zsh_argument(option) + "'";
}

std::string zsh_script() {
  const std::vector<CommandInfo> commands = all_commands();
  std::string names;
  std::string cases;
  for (const CommandInfo& command : commands) {
    names += "    '" + command.name + ":" + zsh_escaped(first_sentence(command.summary)) + "'\n";
    cases += "    " + command.name + ")\n      _arguments";
    for (const OptionSpec& option : command.options) cases += " \\\n        " + zsh_option(option);
    const std::string words = words_of(command, commands);
    cases += " \\\n        '*:" + (words.empty() ? "file:_files" : "word:(" + words + ")") + "'\n      ;;\n";
  }
  return "#compdef penstock\n"
         "# zsh completion for penstock; made by penstock completion zsh.\n"
         "_penstock() {\n"
         "  local -a commands=(\n" +
         names +
         "  )\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe command commands\n"
         "    return\n"
         "  fi\n"
         "  local command=$words[2]\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "  case $command in\n" +
         cases +
         "  esac\n"
         "}\n"
         "_penstock \"$@\"\n";
}

}  // namespace

CommandInfo completion_info() {
  return {"completion",
          "Print a completion script for a shell.",
          {{"bash|zsh"}},
          {"Packages install these scripts. To load one by hand: source <(penstock completion bash), or save the "
           "output of penstock completion zsh as _penstock in a folder of $fpath."},
          {kHelpOption}};
}

int completion_command(const std::vector<std::string>& args) {
  Arguments arguments;
  const CommandInfo info = completion_info();
  if (const std::string wrong = arguments.parse(args, info.options); !wrong.empty())
    return usage_error("completion", "PS0900", wrong);
  if (arguments.has("-h")) return print_help(format_help(info));
  const std::vector<std::string>& words = arguments.words();
  if (words == std::vector<std::string>{"bash"}) return print_help(bash_script());
  if (words == std::vector<std::string>{"zsh"}) return print_help(zsh_script());
  return usage_error("completion", "PS0905",
                     words.empty() ? "the shell is missing: bash or zsh"
                                   : "invalid shell '" + printable(words.back(), 60) + "': expected bash or zsh");
}

}  // namespace penstock::host
