// INI files as Python's RawConfigParser reads them, which is the parser behind AWS's tools.
// https://docs.python.org/3/library/configparser.html#supported-ini-file-structure
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace penstock::aws {

struct IniSetting {
  std::string
      value;  // the lines of a value that continues, each stripped; begins with '\n' if it has nested settings
  size_t line = 0;
};
using IniSettings = std::map<std::string, IniSetting, std::less<>>;  // by name, in lower case

struct IniSection {
  std::string name;  // as in the brackets, blanks and quotes included
  size_t line = 0;
  IniSettings settings;  // with those of [DEFAULT] that it does not have itself
};

struct IniFile {
  // A line that begins with a bracket, whether or not it was read as a section's header.
  struct Header {
    std::string text;
    size_t line = 0;
  };

  std::vector<IniSection> sections;  // in the order of the file; no name twice
  std::vector<Header> headers;
};

// A line may begin with # or ; to be a comment; elsewhere these are part of a value. A line that is indented
// deeper than the setting above it continues that setting's value. Code::config, with the number of the line but
// nothing of its value, for what RawConfigParser refuses: settings before the first header, a line that is
// neither, a section or a setting twice, text that is not UTF-8; and for nested settings without an equals sign,
// which AWS's tools refuse.
Result<IniFile> parse_ini(std::string_view text);

// A setting among the nested settings of a value, or "".
std::string nested_setting(std::string_view value, std::string_view name);

}  // namespace penstock::aws
