#include "tests/simulator/ledger.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include "tests/simulator/plan.h"

namespace penstock::simulator {

namespace {
constexpr std::string_view kMark = "item#";
constexpr size_t kDigits = 6;
}  // namespace

std::string shard_name(std::string_view stream, std::string_view shard_id) {
  std::string name(stream);
  return name.append("/").append(shard_id);
}

std::string shard_named_in(std::string_view text) {
  constexpr std::string_view kIdBegins = "shardId-";
  constexpr size_t kIdBytes = 20;
  const size_t at = text.find(kIdBegins);
  if (at == std::string_view::npos) return "";
  for (const std::string stream : kSourceStreams)
    if (text.find("\"" + stream + "\"") < at || text.find("stream " + stream + ",") < at)
      return shard_name(stream, text.substr(at, kIdBytes));
  return "";
}

void Ledger::put(const std::string& shard_name, std::vector<Item> items, int64_t now_ms) {
  Shard& shard = shards_[shard_name];
  for (Item& item : items) {
    item.shard = shard_name;
    item.record = shard.records;
    item.in_shard = shard.items.size();
    item.put_ms = now_ms;
    shard.items.push_back(items_.size());
    items_.push_back(std::move(item));
  }
  ++shard.records;
}

void Ledger::trim(const std::string& shard_name, uint64_t records) {
  Shard& shard = shards_[shard_name];
  shard.trimmed = records;
  shard.in_reach = shard.kept > 0;
  for (size_t i = 0; i < shard.items.size() && items_[shard.items[i]].record < records; ++i)
    items_[shard.items[i]].trimmed = true;
}

bool Ledger::has_lost(const Shard& shard) const {
  return std::any_of(shard.items.begin(), shard.items.end(),
                     [this](ItemNumber one) { return items_[one].trimmed && !items_[one].dealt_with(); });
}

bool Ledger::started(const Shard& shard) {
  return shard.started || std::any_of(shard.parents.begin(), shard.parents.end(),
                                      [this](const std::string& parent) { return started(shards_[parent]); });
}

size_t Ledger::safe_items(Shard& shard) {
  while (shard.safe < shard.items.size() && items_[shard.items[shard.safe]].safe()) ++shard.safe;
  return shard.safe;
}

size_t Ledger::safe_events(Shard& shard) {
  for (; shard.safe_events < shard.items.size(); ++shard.safe_events)
    if (const Item& item = items_[shard.items[shard.safe_events]]; item.emitted() && !item.safe()) break;
  return shard.safe_events;
}

size_t Ledger::items_passed(const Shard& shard, uint64_t record, uint64_t user_record) const {
  const auto end = std::upper_bound(shard.items.begin(), shard.items.end(), std::pair(record, user_record),
                                    [this](const auto& position, ItemNumber number) {
                                      const Item& item = items_[number];
                                      return position < std::pair(item.record, item.user_record);
                                    });
  return static_cast<size_t>(end - shard.items.begin());
}

std::vector<ItemNumber> Ledger::items_of(const std::string& shard_id, uint64_t record, uint64_t user_record) {
  const Shard& shard = shards_[shard_id];
  const size_t end = items_passed(shard, record, user_record);
  size_t first = end;
  while (first > 0 && items_[shard.items[first - 1]].record == record &&
         items_[shard.items[first - 1]].user_record == user_record)
    --first;
  return {shard.items.begin() + static_cast<std::ptrdiff_t>(first),
          shard.items.begin() + static_cast<std::ptrdiff_t>(end)};
}

std::vector<ItemNumber> Ledger::items_of(const RecordPlace& place) {
  const std::vector<ItemNumber>& items = shards_[place.shard].items;
  const auto in_record = [this](ItemNumber number) { return items_[number].record; };
  return {std::ranges::lower_bound(items, place.record, {}, in_record),
          std::ranges::upper_bound(items, place.record, {}, in_record)};
}

const RecordPlace* Ledger::find_record(std::string_view record_id) const {
  const auto found = named_.find(record_id);
  return found == named_.end() ? nullptr : &found->second;
}

std::string Ledger::mark(ItemNumber number) {
  std::array<char, 16> digits;
  std::snprintf(digits.data(), digits.size(), "%06zu", number);
  return std::string(kMark) + digits.data();
}

std::optional<ItemNumber> Ledger::marked(std::string_view text) {
  const size_t at = text.find(kMark);
  if (at == std::string_view::npos || text.size() < at + kMark.size() + kDigits) return std::nullopt;
  const char* const digits = text.data() + at + kMark.size();
  ItemNumber number = 0;
  if (std::from_chars(digits, digits + kDigits, number).ptr != digits + kDigits) return std::nullopt;
  return number;
}

std::string Ledger::describe(ItemNumber number) const {
  const Item& item = items_[number];
  std::string text =
      "item " + std::to_string(number) + " (" + item.shard + ", record " + std::to_string(item.record);
  if (item.user_record > 0) text += "." + std::to_string(item.user_record);
  return text + ", number " + std::to_string(item.number) + " of key stream " + std::to_string(item.key_stream) +
         ")";
}

}  // namespace penstock::simulator
