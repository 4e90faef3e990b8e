// One table: its rows, and what they were a while ago.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/model_dynamodb/item.h"

namespace penstock::dynamodb {

class Table {
 public:
  // key: the name of its only key attribute, a string.
  Table(std::string key, int64_t active_at_ms) : key_(std::move(key)), active_at_ms_(active_at_ms) {}

  const std::string& key() const { return key_; }
  bool active(int64_t now_ms) const { return now_ms >= active_at_ms_; }
  std::map<std::string, std::string>& tags() { return tags_; }

  // nullptr: there is no such row.
  const Item* row(std::string_view key) const;
  // As the row was at that time, or is now where it has not changed since; nullptr where there was none.
  const Item* row_at(std::string_view key, int64_t ms) const;
  // Replaces or, with nullopt, deletes it. What it was before is remembered for memory_ms.
  void set(const std::string& key, std::optional<Item> row, int64_t now_ms, int64_t memory_ms);
  // Keys of all rows, also of those that were deleted lately, in the order of a scan, from behind that one.
  std::vector<std::string> keys_after(const std::string& key) const;

 private:
  struct Version {
    int64_t from_ms;
    std::optional<Item> item;
  };

  std::string key_;
  int64_t active_at_ms_;
  std::map<std::string, std::string> tags_;
  std::map<std::string, std::vector<Version>> rows_;  // by scan_order(); each row's versions, the newest last
};

}  // namespace penstock::dynamodb
