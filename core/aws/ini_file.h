// INI files as read by Python's RawConfigParser, the parser that AWS's tools use.
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
using IniSettings = std::map<std::string, IniSetting, std::less<>>;  // by name, in lowercase

struct IniSection {
  std::string name;  // text in the brackets, including blanks and quotes
  size_t line = 0;
  IniSettings settings;  // includes those of [DEFAULT] that the section does not set
};

struct IniFile {
  // A line that begins with a bracket, whether or not it was parsed as a section header.
  struct Header {
    std::string text;
    size_t line = 0;
  };

  std::vector<IniSection> sections;  // in file order; names are unique
  std::vector<Header> headers;
};

// Parses an INI file. A line that begins with # or ; is a comment; elsewhere these characters are part of a value.
// A line that is indented deeper than the setting above it continues that setting's value.
// Code::config, with the line number but no part of the value, for what RawConfigParser rejects: settings before
// the first header, a line that is neither header nor setting, a duplicate section or setting, text that is not
// UTF-8; and for nested settings without an equals sign, which AWS's tools reject.
Result<IniFile> parse_ini(std::string_view text);

// Returns the setting with that name among the nested settings of a value, or "".
std::string nested_setting(std::string_view value, std::string_view name);

}  // namespace penstock::aws
