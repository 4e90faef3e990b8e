#include "host/util/top_counter.h"

#include <algorithm>

namespace penstock::host {

size_t TopCounter::add(std::string_view key) {
  auto found = numbers_.find(key);
  if (found == numbers_.end()) {
    if (counts_.size() == max_keys_) {
      ++others_;
      return other();
    }
    found = numbers_.emplace(key, counts_.size()).first;
    counts_.push_back(0);
  }
  ++counts_[found->second];
  return found->second;
}

std::vector<TopCounter::Count> TopCounter::by_count() const {
  std::vector<Count> out(counts_.size());
  for (const auto& [key, number] : numbers_) out[number] = {key, number, counts_[number]};
  std::stable_sort(out.begin(), out.end(), [](const Count& a, const Count& b) { return a.count > b.count; });
  return out;
}

}  // namespace penstock::host
