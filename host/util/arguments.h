// The command line of a command, and exit codes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/message_id.h"

namespace penstock::host {

constexpr int kExitFine = 0;
constexpr int kExitFailed = 1;  // a problem in a conf, an input that could not be decoded, a failed close
constexpr int kExitUsage = 2;   // the command line is wrong

struct OptionSpec {
  std::string name;            // "-c" or "--exit-when-idle"
  std::string argument = {};   // "FILE", or the only values: "bash|zsh"; "": the option takes no value
  std::string long_name = {};  // an alternative name
  std::string help = {};       // sentences
};
// Options of several commands.
inline const OptionSpec kConfOption = {
    "-c", "FILE", "--config",
    "Configuration file; YAML if its name ends with .yaml or .yml. The -c may be omitted."};
inline const OptionSpec kPluginOption = {"-e", "PLUGIN.so", "--plugin",
                                         "Plugin to open instead of libpenstock.so. May be repeated."};
inline const OptionSpec kHelpOption = {"-h", "", "--help", "Print this help."};

// Parsed options and words. "--" ends the options; "--name=value" means "--name value"; "-cFILE" and "-c=FILE"
// mean "-c FILE"; "-" alone is a word.
class Arguments {
 public:
  // Parses args. Returns what is wrong with them, or "".
  std::string parse(const std::vector<std::string>& args, const std::vector<OptionSpec>& specs);

  bool has(const std::string& name) const { return !values(name).empty(); }
  std::string last(const std::string& name) const { return has(name) ? values(name).back() : std::string(); }
  std::vector<std::string> values(const std::string& name) const;  // "" for an option without a value
  const std::vector<std::string>& words() const { return words_; }

  // Reads the conf of a command that has no other words: the value of -c, or a word. Returns what is wrong, or "".
  std::string read_conf_path(std::string& path) const;

 private:
  struct Given {
    std::string name;
    std::string value;
  };
  std::vector<Given> given_;
  std::vector<std::string> words_;
};

int print_help(std::string_view text);

// Prints "penstock COMMAND: PS0901: what; see penstock COMMAND --help" on standard error. Returns kExitUsage.
int usage_error(const std::string& command, MessageId id, const std::string& what);

}  // namespace penstock::host
