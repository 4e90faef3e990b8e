// Splitting of command lines in conf files, without a shell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace penstock::aws {

// Splits a line into words as Python's shlex.split() does: at blanks, with '...', "..." and backslashes; nothing
// is expanded. Code::config for an unclosed quote, or a backslash at the end.
Result<std::vector<std::string>> split_words(std::string_view line);

// The same for a command line. Code::config also if it has no words, or the first is empty.
Result<std::vector<std::string>> split_command_line(std::string_view line);

}  // namespace penstock::aws
