#include "host/util/command_info.h"

#include <utility>

#include "host/util/wrap_text.h"

namespace penstock::host {

namespace {

constexpr size_t kHelpIndent = 6;
constexpr size_t kSummaryIndent = 14;

// Replaces the blanks at the start of wrapped text with head.
std::string with_head(std::string head, std::string wrapped) { return wrapped.replace(0, head.size(), head); }

std::string format_synopses(const CommandInfo& command) {
  std::string out;
  for (const std::vector<std::string>& arguments : command.synopses) {
    std::vector<std::string> parts = {"penstock " + command.name};
    parts.insert(parts.end(), arguments.begin(), arguments.end());
    const std::string head = out.empty() ? "Usage: " : "       ";
    // The lines after the first are indented under the arguments.
    const std::string first = parts.front() + " ";
    std::vector<std::string> rest(parts.begin() + 1, parts.end());
    const size_t indent = head.size() + first.size();
    out += rest.empty() ? head + parts.front() + "\n" : with_head(head + first, wrap_text(rest, indent));
  }
  return out;
}

}  // namespace

OptionSpec with_help(const OptionSpec& option, std::string help) {
  OptionSpec out = option;
  out.help = std::move(help);
  return out;
}

std::string option_form(const OptionSpec& option) {
  const std::string argument = option.argument.empty() ? "" : " " + option.argument;
  return option.name + argument + (option.long_name.empty() ? "" : ", " + option.long_name + argument);
}

std::string format_help(const CommandInfo& command) {
  std::string out = format_synopses(command) + "\n" + wrap_text(command.summary, 0);
  bool after_item = false;
  for (const std::string& paragraph : command.details) {
    const bool is_item = paragraph.starts_with("- ");
    if (!is_item || !after_item) out += '\n';
    out +=
        is_item ? with_head("  - ", wrap_text(std::string_view(paragraph).substr(2), 4)) : wrap_text(paragraph, 0);
    after_item = is_item;
  }
  if (!command.options.empty()) out += "\nOptions:\n";
  for (const OptionSpec& option : command.options)
    out += "  " + option_form(option) + "\n" + wrap_text(option.help, kHelpIndent);
  if (!command.exit_codes.empty()) out += "\nExit codes:\n";
  for (const ExitCode& exit : command.exit_codes)
    out += with_head("  " + std::to_string(exit.code), wrap_text(exit.meaning, kHelpIndent));
  return out;
}

std::string format_summary(const CommandInfo& command) {
  const std::string head = "  " + command.name;
  const std::string help = wrap_text(command.summary, kSummaryIndent);
  return head.size() + 2 <= kSummaryIndent ? with_head(head, help) : head + "\n" + help;
}

}  // namespace penstock::host
