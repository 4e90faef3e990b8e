// One table: its rows, and their recent versions.
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

  // Returns nullptr if the row does not exist.
  const Item* row(std::string_view key) const;
  // Returns the row as it was at that time, or nullptr if it did not exist.
  const Item* row_at(std::string_view key, int64_t ms) const;
  // Writes the row, or deletes it if `row` is nullopt. Keeps the previous version for memory_ms.
  void set(const std::string& key, std::optional<Item> row, int64_t now_ms, int64_t memory_ms);
  // Returns the keys of all rows after `key`, in the order of a scan, including recently deleted ones.
  std::vector<std::string> keys_after(const std::string& key) const;

 private:
  struct Version {
    int64_t from_ms;
    std::optional<Item> item;
  };

  std::string key_;
  int64_t active_at_ms_;
  std::map<std::string, std::string> tags_;
  std::map<std::string, std::vector<Version>> rows_;  // by scan_order(); the versions of each row, the newest last
};

}  // namespace penstock::dynamodb
