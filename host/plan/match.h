// Which tags a filter or an output is for.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace penstock::host {

// Match and Match_Regex of a section; a tag that fits either is its own.
class Match {
 public:
  // '*' stands for any bytes, also none; all else for itself, case and all.
  void set_wildcard(std::string pattern) { wildcard_ = std::make_unique<std::string>(std::move(pattern)); }

  // An ECMAScript regular expression without back-references, searched for anywhere in the tag. The time is
  // polynomial and the stack independent of the tag, however long. Returns why it cannot be used, or nothing.
  std::string set_regex(const std::string& pattern);

  bool is_set() const { return wildcard_ != nullptr || regex_ != nullptr; }
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
