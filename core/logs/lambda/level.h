// One vocabulary for the levels of all runtimes and loggers.
#pragma once

#include <string_view>

namespace penstock::logs {

// Returns TRACE, DEBUG, INFO, WARN, ERROR or FATAL for a level in letters of either case; empty for an unknown
// word.
std::string_view normalized_level(std::string_view level);

// Returns OpenTelemetry's SeverityNumber of such a level, in decimal: that of the first level of its range. Empty
// for an unknown word. https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
std::string_view severity_number(std::string_view level);

}  // namespace penstock::logs
