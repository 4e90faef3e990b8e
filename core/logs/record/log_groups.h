// Which log groups' events are wanted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace penstock::logs {

// Whether text is what a pattern stands for, in which * is any text, also none, and ? one byte. In time of the
// product of the sizes at worst.
bool matches_wildcards(std::string_view pattern, std::string_view text);

// Patterns of log groups to take and of those to leave out, which go before.
class LogGroups {
 public:
  LogGroups() = default;  // all
  // Patterns separated by commas, blanks around them are none of theirs; an empty include takes all.
  LogGroups(std::string_view include, std::string_view exclude);

  // An event of which no group is known is never left out.
  bool wanted(std::string_view log_group) const;

 private:
  std::vector<std::string> include_;
  std::vector<std::string> exclude_;
};

}  // namespace penstock::logs
