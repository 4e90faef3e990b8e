// One vocabulary for the levels of all runtimes and loggers.
#pragma once

#include <string_view>

namespace penstock::logs {

// TRACE, DEBUG, INFO, WARN, ERROR or FATAL for a level in letters of any size; empty for a word that is none of
// those known.
std::string_view normalized_level(std::string_view level);

}  // namespace penstock::logs
