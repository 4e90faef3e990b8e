#include "host/commands/man_page.h"

#include <string_view>

#include "host/commands/commands.h"
#include "host/plan/stage_command.h"

namespace penstock::host {

namespace {

// Escapes text for troff: a backslash, a hyphen (which troff otherwise prints as a dash), and the quotes that it
// replaces with typographic ones.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '\'')
      out += "\\(aq";
    else if (c == '"')
      out += "\\(dq";
    else
      out += c;
  return out;
}

// Returns a line of text. "\&" keeps a leading dot from being a request.
std::string line(std::string_view text) { return (text.starts_with('.') ? "\\&" : "") + escaped(text) + "\n"; }

std::string bold(std::string_view text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string synopsis(const CommandInfo& command) {
  std::string out;
  for (const std::vector<std::string>& parts : command.synopses) {
    out += out.empty() ? "" : ".br\n";
    out += bold("penstock " + command.name);
    for (const std::string& part : parts) out += " " + escaped(part);
    out += '\n';
  }
  return out;
}

std::string option(const OptionSpec& option) {
  const std::string argument = option.argument.empty() ? "" : " " + italic(option.argument);
  std::string out = ".TP\n" + bold(option.name) + argument;
  if (!option.long_name.empty()) out += ", " + bold(option.long_name) + argument;
  return out + "\n" + line(option.help);
}

std::string section(const CommandInfo& command) {
  std::string out = ".SS " + escaped(command.name) + "\n" + synopsis(command) + ".PP\n" + line(command.summary);
  for (const std::string& paragraph : command.details)
    if (paragraph.starts_with("- "))
      out += ".IP \\(bu 2\n" + line(std::string_view(paragraph).substr(2));
    else
      out += ".PP\n" + line(paragraph);
  for (const OptionSpec& one : command.options)
    if (one.name != kHelpOption.name) out += option(one);
  if (command.exit_codes.empty()) return out;
  out += ".PP\nExit codes:\n";
  for (const ExitCode& exit : command.exit_codes)
    out += ".TP\n" + bold(std::to_string(exit.code)) + "\n" + line(exit.meaning);
  return out;
}

}  // namespace

std::string man_page() {
  std::string out = ".TH PENSTOCK 1 \"\" \"Penstock " PENSTOCK_VERSION "\" \"User Commands\"\n.SH NAME\n";
  out += line("penstock - move CloudWatch Logs and Lambda records between Kinesis data streams");
  out += ".SH SYNOPSIS\n" + bold("penstock") + " " + italic("COMMAND") + " [" + italic("ARGUMENTS") + "]\n";
  out += ".SH DESCRIPTION\n";
  out += line(
      "A small log agent around libpenstock.so. Its stages read CloudWatch Logs subscription messages from "
      "Kinesis data "
      "streams, convert AWS Lambda log lines to records, and write the records to Kinesis data streams. A "
      "configuration "
      "in the format of Fluent Bit connects the stages.");
  out += ".PP\n" + bold("penstock plugins") + escaped(" prints the options of each stage.\n");
  out += ".SH COMMANDS\n";
  for (const Command& command : own_commands()) out += section(command.info);
  const std::vector<CommandInfo> of_stages = stage_commands();
  if (!of_stages.empty()) out += ".SH COMMANDS OF STAGES\n";
  for (const CommandInfo& command : of_stages) out += section(command);
  out += ".SH DIAGNOSTICS\n";
  out += line(
      "Each error and warning has a code such as PS0801, which stays the same when the text changes. "
      "docs/troubleshooting.md lists the codes with their causes and remedies.");
  out += ".SH FILES\n.TP\n" + italic("../lib/penstock/libpenstock.so") + "\n" +
         line("The default plugin, relative to the program. One next to the program has priority.");
  out += ".TP\n" + italic("../share/penstock/") + "\n" + line("Example configurations.");
  return out;
}

}  // namespace penstock::host
