// The tags that a filter or an output accepts.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace penstock::host {

// Match and Match_Regex of a section. A tag that matches either one is accepted.
class Match {
 public:
  // '*' matches any bytes, even none; every other byte matches itself, with case.
  void set_wildcard(std::string pattern) { wildcard_ = std::make_unique<std::string>(std::move(pattern)); }

  // Sets an ECMAScript regular expression without back-references, which is searched for anywhere in the tag.
  // Matching takes polynomial time, and an amount of stack that does not depend on the length of the tag. Returns
  // why the expression cannot be used, or "".
  std::string set_regex(const std::string& pattern);

  bool is_set() const { return wildcard_ != nullptr || regex_ != nullptr; }
  // Throws std::regex_error if the C++ library gives up on the expression, because this tag takes too many steps.
  bool fits(std::string_view tag) const;

  static constexpr size_t kMaxPatternBytes = 1000;  // the compiler recurses into groups

 private:
  struct Regex;
  struct RegexDelete {
    void operator()(Regex* regex) const;
  };
  std::unique_ptr<std::string> wildcard_;
  std::unique_ptr<Regex, RegexDelete> regex_;
};

bool wildcard_fits(std::string_view pattern, std::string_view tag);

}  // namespace penstock::host
