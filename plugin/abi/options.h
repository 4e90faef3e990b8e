// Options: ONE table a stage says what there is; it parses, validates and documents.
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

// Options as given, each checked against the table. A type is "text", "list" (of texts, separated by commas),
// "path" (of a file), "size" (4096, 64K, 24M), "duration" (250ms, 5s, 2m), or words to choose from:
// "a|b|file:PATH|SIZE", where a part in capitals stands for any text, and by itself for a SIZE, DURATION or whole
// NUMBER (0 or more).
class Options {
 public:
  using Table = std::span<const penstock_option_info>;
  using Problem = std::function<void(size_t option_index, const Status&)>;

  // Tells each problem with the options given; true where there was none. count is the index of what is missing.
  static bool check(Table table, const penstock_option* given, size_t count, size_t stride,
                    const Problem& problem);

  // An option that is not given, or that check() complains of, has the table's default.
  Options(Table table, const penstock_option* given, size_t count, size_t stride);

  const std::string& text(std::string_view name) const {
    read_bad_ = read_bad_ || bad_.contains(name);
    return values_.find(name)->second;
  }
  bool on(std::string_view name) const { return text(name) == "on"; }
  bool is(std::string_view name, std::string_view word) const { return text(name) == word; }
  size_t size_bytes(std::string_view name) const;
  int64_t number(std::string_view name) const;
  int64_t duration_ms(std::string_view name) const;

  // Whether an option that check() complains of was read since the last call: what was made of it means nothing.
  bool take_read_bad() const { return std::exchange(read_bad_, false); }
  // Whether an option was given that the table does not have, so that what was meant by it is not known.
  bool has_unknown() const { return has_unknown_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;  // words as the table spells them
  std::set<std::string, std::less<>> bad_;
  mutable bool read_bad_ = false;
  bool has_unknown_ = false;
};

}  // namespace penstock::plugin
