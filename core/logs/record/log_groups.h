// Which log groups' events to keep.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace penstock::logs {

// Returns whether text matches a pattern in which * is any text, even empty, and ? is one byte. Takes time
// proportional to the product of the sizes in the worst case.
bool matches_wildcards(std::string_view pattern, std::string_view text);

// Patterns of log groups to include and to exclude. Exclusion wins.
class LogGroups {
 public:
  LogGroups() = default;  // all
  // Patterns are comma-separated, and blanks around them are ignored. An empty include matches all groups.
  LogGroups(std::string_view include, std::string_view exclude);

  // Returns whether to keep an event of that log group; always true if the group is unknown.
  bool wanted(std::string_view log_group) const;

 private:
  std::vector<std::string> include_;
  std::vector<std::string> exclude_;
};

}  // namespace penstock::logs
