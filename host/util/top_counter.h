// Counts how often each key occurs, for a limited number of different keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {

class TopCounter {
 public:
  explicit TopCounter(size_t max_keys) : max_keys_(max_keys) {}

  // Counts one occurrence of key, and returns its number, from 0. If there are already max_keys others, counts it
  // under other(), and returns that number.
  size_t add(std::string_view key);

  struct Count {
    std::string_view key;  // lives as long as the counter
    size_t number;
    int64_t count;
  };
  // Returns the counts, highest first, equal ones in order of first occurrence; excludes other().
  std::vector<Count> by_count() const;

  size_t other() const { return max_keys_; }
  int64_t others() const { return others_; }  // occurrences counted under other()

 private:
  size_t max_keys_;
  std::map<std::string, size_t, std::less<>> numbers_;
  std::vector<int64_t> counts_;  // by number
  int64_t others_ = 0;
};

}  // namespace penstock::host
