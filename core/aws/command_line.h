// Command lines of conf files, split without a shell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace penstock::aws {

// Words as Python's shlex.split() splits them: by blanks, with '...', "..." and backslashes; nothing is expanded.
// Code::config for a quote that is not closed, or a backslash at the end.
Result<std::vector<std::string>> split_words(std::string_view line);

// The same for a command. Code::config also if there is no word, or the first is empty.
Result<std::vector<std::string>> split_command_line(std::string_view line);

}  // namespace penstock::aws
