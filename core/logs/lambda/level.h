// One vocabulary for the levels of all runtimes and loggers.
#pragma once

#include <string_view>

namespace penstock::logs {

// Returns TRACE, DEBUG, INFO, WARN, ERROR or FATAL for a level in letters of either case; empty for an unknown
// word.
std::string_view normalized_level(std::string_view level);

}  // namespace penstock::logs
