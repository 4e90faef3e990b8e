#include "core/log_throttle.h"

#include <optional>

namespace penstock {

bool LogThrottle::log(std::string_view subject, const Status& status, LogLevel level) {
  std::string start(status.id().text());
  start += ": ";
  if (!subject.empty()) start.append(subject) += ": ";
  const std::optional<std::string> line = limit_.pass(start, status.message(), env_.clock.monotonic_ms());
  if (line) env_.log(level, *line);
  return line.has_value();
}

}  // namespace penstock
