#include "tests/model_dynamodb/table.h"

#include "tests/model_kinesis/codec.h"

namespace penstock::dynamodb {

namespace {

// In the order of a hash, so that no caller depends on a useful order.
std::string scan_order(std::string_view key) {
  const model::Md5 hash = model::md5(key);
  return std::string(hash.begin(), hash.end()).append(key);
}

std::string key_in(const std::string& order) { return order.substr(model::Md5().size()); }

}  // namespace

const Item* Table::row(std::string_view key) const { return row_at(key, INT64_MAX); }

const Item* Table::row_at(std::string_view key, int64_t ms) const {
  const auto found = rows_.find(scan_order(key));
  if (found == rows_.end()) return nullptr;
  const Item* item = nullptr;
  for (const Version& version : found->second)
    if (version.from_ms <= ms) item = version.item ? &*version.item : nullptr;
  return item;
}

void Table::set(const std::string& key, std::optional<Item> row, int64_t now_ms, int64_t memory_ms) {
  std::vector<Version>& versions = rows_[scan_order(key)];
  versions.push_back({now_ms, std::move(row)});
  // The newest version from before the retained period is still what a read at its start sees.
  size_t gone = 0;
  while (gone + 1 < versions.size() && versions[gone + 1].from_ms <= now_ms - memory_ms) ++gone;
  versions.erase(versions.begin(), versions.begin() + static_cast<std::ptrdiff_t>(gone));
  if (versions.size() == 1 && !versions.front().item) rows_.erase(scan_order(key));
}

std::vector<std::string> Table::keys_after(const std::string& key) const {
  std::vector<std::string> keys;
  const auto first = key.empty() ? rows_.begin() : rows_.upper_bound(scan_order(key));
  for (auto row = first; row != rows_.end(); ++row) keys.push_back(key_in(row->first));
  return keys;
}

}  // namespace penstock::dynamodb
