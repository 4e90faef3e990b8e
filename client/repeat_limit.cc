#include "client/repeat_limit.h"

#include "base/folded_text.h"

namespace penstock::client {

std::optional<std::string> RepeatLimit::pass(const std::string& text, int64_t now_ms) {
  static constexpr size_t kMaxTexts = 64;
  const std::string key = folded(text);
  const auto found = seen_.find(key);
  if (found == seen_.end()) {
    if (seen_.size() >= kMaxTexts) seen_.clear();
    seen_[key] = {now_ms, 0};
    return text;
  }
  Seen& seen = found->second;
  if (now_ms - seen.logged_ms < interval_ms_) {
    ++seen.held_back;
    return std::nullopt;
  }
  std::string out = text;
  if (seen.held_back > 0) out += " (and " + std::to_string(seen.held_back) + " times more since)";
  seen = {now_ms, 0};
  return out;
}

}  // namespace penstock::client
