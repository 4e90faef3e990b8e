#include "host/plan/match.h"

#include <regex>

namespace penstock::host {

struct Match::Regex {
  std::regex regex;
};

void Match::RegexDelete::operator()(Regex* regex) const { delete regex; }

bool wildcard_fits(std::string_view pattern, std::string_view tag) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;  // the last '*' found, and the position in the tag where it was tried last
  size_t tried = 0;
  while (t < tag.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      tried = t;
    } else if (p < pattern.size() && pattern[p] == tag[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++tried;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

namespace {

#ifdef _LIBCPP_VERSION
// libc++ keeps its states on the heap, and gives up after a number of steps that is proportional to the tag's
// length.
constexpr auto kBounded = std::regex::ECMAScript;
#else
// With this flag, libstdc++ walks its automaton breadth first. Its default method recurses once per byte of the
// tag, and backtracks.
constexpr auto kBounded = std::regex::ECMAScript | std::regex_constants::__polynomial;
#endif

// A breadth-first walk cannot follow one.
bool has_back_reference(std::string_view pattern) {
  for (size_t at = 0; at + 1 < pattern.size(); ++at)
    if (pattern[at] == '\\' && pattern[++at] >= '1' && pattern[at] <= '9') return true;
  return false;
}

}  // namespace

std::string Match::set_regex(const std::string& pattern) {
  if (pattern.size() > kMaxPatternBytes) {
    return "the pattern has " + std::to_string(pattern.size()) + " bytes; at most " +
           std::to_string(kMaxPatternBytes) + " are allowed";
  }
  if (has_back_reference(pattern)) return "back-references are not supported";
  try {
    const std::regex alone(pattern, kBounded);  // throws for "a)(b", which the group below would make valid
    // A search would start again at each byte of the tag and walk to its end. This needs one walk.
    regex_.reset(new Regex{std::regex("[\\s\\S]*(?:" + pattern + ")", kBounded)});
    return {};
  } catch (const std::regex_error& error) {
    return error.what();
  }
}

bool Match::fits(std::string_view tag) const {
  if (wildcard_ && wildcard_fits(*wildcard_, tag)) return true;
  return regex_ &&
         std::regex_search(tag.begin(), tag.end(), regex_->regex, std::regex_constants::match_continuous);
}

}  // namespace penstock::host
