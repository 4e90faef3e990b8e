#include "core/logs/record/log_groups.h"

#include <algorithm>
#include <cstddef>

#include "base/scan.h"

namespace penstock::logs {

namespace {

std::vector<std::string> patterns_of(std::string_view list) {
  std::vector<std::string> patterns;
  while (!list.empty()) {
    const std::string_view pattern = take_list_item(list);
    if (!pattern.empty()) patterns.emplace_back(pattern);
  }
  return patterns;
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches_wildcards(pattern, text); });
}

}  // namespace

bool matches_wildcards(std::string_view pattern, std::string_view text) {
  constexpr size_t kNone = std::string_view::npos;
  size_t in_pattern = 0;
  size_t in_text = 0;
  size_t star = kNone;       // the last one found; the match before it is final
  size_t star_text = kNone;  // the first byte of text that this star does not match yet
  while (in_text < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      star_text = in_text;
    } else if (in_pattern < pattern.size() &&
               (pattern[in_pattern] == '?' || pattern[in_pattern] == text[in_text])) {
      ++in_pattern;
      ++in_text;
    } else if (star != kNone) {
      in_pattern = star + 1;
      in_text = ++star_text;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == kNone;
}

LogGroups::LogGroups(std::string_view include, std::string_view exclude)
    : include_(patterns_of(include)), exclude_(patterns_of(exclude)) {}

bool LogGroups::wanted(std::string_view log_group) const {
  if (log_group.empty()) return true;
  return (include_.empty() || any_matches(include_, log_group)) && !any_matches(exclude_, log_group);
}

}  // namespace penstock::logs
