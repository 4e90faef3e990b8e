#include "base/suggest.h"

#include <algorithm>

#include "base/text.h"

namespace penstock {

namespace {

size_t distance(const std::string& a, const std::string& b) {
  std::vector<size_t> two_above(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
    two_above.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

}  // namespace

std::string nearest(std::string_view unknown, const std::vector<std::string>& words) {
  static constexpr size_t kLongestWord = 100;  // computing the distance takes quadratic time
  if (unknown.size() > kLongestWord) return {};
  const std::string wanted = lower_case(unknown);
  std::string best;
  size_t best_distance = SIZE_MAX;
  for (const std::string& word : words) {
    const size_t d = distance(wanted, lower_case(word));
    const size_t allowed = std::max<size_t>(1, std::max(word.size(), wanted.size()) / 3);
    if (d <= allowed && d < best_distance) {
      best_distance = d;
      best = word;
    }
  }
  return best;
}

std::string suggestion(std::string_view unknown, const std::vector<std::string>& words) {
  const std::string word = nearest(unknown, words);
  return word.empty() ? word : "; did you mean '" + word + "'?";
}

}  // namespace penstock
