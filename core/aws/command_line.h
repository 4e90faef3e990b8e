// Command lines of conf files, taken apart without a shell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace penstock {

// Words as POSIX's shells part them: by blanks, with '...', "..." and backslashes; nothing is expanded.
// Code::config for a quote that is not closed, a backslash at the end, or no word at all.
Result<std::vector<std::string>> split_command_line(std::string_view line);

}  // namespace penstock
