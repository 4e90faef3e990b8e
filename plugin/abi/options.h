// Options: one table per stage defines them; it is used to parse, validate and document them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "abi/penstock.h"
#include "base/complain.h"
#include "base/status.h"

namespace penstock::plugin {

// The options of a section, each checked against the table. A type is "text", "list" (comma-separated texts),
// "path" (of a file), "size" (4096, 64K, 24M), "duration" (250ms, 5s, 2m), or a choice of words:
// "a|b|file:PATH|SIZE". In a choice, capitals after a colon mean any text; a word in capitals means a SIZE, a
// DURATION or a whole NUMBER (0 or more).
class Options {
 public:
  using Table = std::span<const penstock_option_info>;
  using Problem = std::function<void(size_t option_index, const Status&)>;

  // Reports each problem with the options given; returns true if there was none. count is the index for a missing
  // option.
  static bool check(Table table, const penstock_option* given, size_t count, size_t stride,
                    const Problem& problem);

  // An option that is missing, or that check() reports, has the table's default.
  Options(Table table, const penstock_option* given, size_t count, size_t stride);

  const std::string& text(std::string_view name) const {
    read_bad_ = read_bad_ || bad_.contains(name);
    return values_.find(name)->second;
  }
  // Returns whether the option was given, with whatever value.
  bool is_given(std::string_view name) const { return given_.contains(name); }
  bool on(std::string_view name) const { return text(name) == "on"; }
  bool is(std::string_view name, std::string_view word) const { return text(name) == word; }
  size_t size_bytes(std::string_view name) const;
  int64_t number(std::string_view name) const;
  int64_t duration_ms(std::string_view name) const;

  // Begins a check that does not depend on what was read before.
  void start_check() const { read_bad_ = false; }
  // Returns whether an option that check() reports was read since start_check() or the last call; what was derived
  // from it is meaningless.
  bool take_read_bad() const { return std::exchange(read_bad_, false); }
  // Returns whether an option was given that the table lacks, so that its intended effect is unknown.
  bool has_unknown() const { return has_unknown_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;  // words in the table's spelling
  std::set<std::string, std::less<>> given_;
  std::set<std::string, std::less<>> bad_;
  mutable bool read_bad_ = false;
  bool has_unknown_ = false;
};

}  // namespace penstock::plugin
