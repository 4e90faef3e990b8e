#include "tests/sim/lease_checker.h"

#include <gtest/gtest.h>

#include <tuple>

#include "core/leases/lease.h"

namespace penstock::sim {

namespace {

constexpr int64_t kHourMs = 3'600'000;  // entries older than this may be removed

std::string attribute_text(const dynamodb::Item& item, std::string_view name) {
  const auto attribute = item.find(name);
  return attribute == item.end() ? "" : attribute->second.text;
}

// Orders checkpoints as a shard passes them: initial positions, sequence numbers, the end.
std::tuple<int, size_t, std::string> rank(const std::string& checkpoint) {
  if (checkpoint == kinesis::kShardEnd) return {2, 0, ""};
  if (checkpoint.empty() || checkpoint[0] > '9') return {0, 0, ""};
  return {1, checkpoint.size(), checkpoint};
}

}  // namespace

void LeaseChecker::watch(const dynamodb::Table& table) {
  for (const std::string& key : table.keys_after("")) written_[key];
  for (auto& [key, was] : written_) {
    const dynamodb::Item* row = table.row(key);
    std::erase_if(was.at_ms, [this](const auto& entry) { return entry.second < clock_.unix_ms() - kHourMs; });
    if (row == nullptr) {
      was.owner.clear();
      was.checkpoint.clear();
      continue;
    }
    const std::string owner = attribute_text(*row, "leaseOwner"), checkpoint = attribute_text(*row, "checkpoint"),
                      counter = attribute_text(*row, "leaseCounter");
    EXPECT_GE(rank(checkpoint), rank(was.checkpoint)) << key << ": " << was.checkpoint << " -> " << checkpoint;
    if (counter != was.counter && !owner.empty()) was.at_ms[owner] = clock_.unix_ms();
    if (owner != was.owner) was.taken_ms = clock_.unix_ms();
    was.owner = owner;
    was.checkpoint = checkpoint;
    was.counter = counter;
  }
  std::erase_if(written_, [&](const auto& entry) {
    return entry.second.at_ms.empty() && table.row(entry.first) == nullptr;
  });
}

void LeaseChecker::emitted(const std::string& worker, const std::string& key, int64_t failover_ms) {
  const auto written = written_.find(key);
  if (written == written_.end() || written->second.owner == worker) return;
  const int64_t last_ms = written->second.at_ms[worker];
  EXPECT_LT(clock_.unix_ms(), last_ms + failover_ms) << key << " is emitted by " << worker << " out of force";
  EXPECT_LT(written->second.taken_ms, last_ms + failover_ms)
      << key << " is emitted by " << worker << " though it was taken for dead";
}

}  // namespace penstock::sim
