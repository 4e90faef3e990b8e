#include "base/repeat_limit.h"

#include <utility>

#include "base/folded_text.h"

namespace penstock {

std::optional<std::string> RepeatLimit::pass(std::string_view subject, std::string_view text, int64_t now_ms) {
  make_room(now_ms);
  const auto [entry, is_new] = seen_.try_emplace(std::string(subject) + folded(text));
  Seen& seen = entry->second;
  if (!is_new && now_ms < seen.passed_ms + interval_ms_) {
    ++seen.suppressed;
    return std::nullopt;
  }
  std::string line(subject);
  line += text;
  if (seen.suppressed > 0) line += " (repeats not logged: " + std::to_string(seen.suppressed) + ")";
  seen = {now_ms, 0};
  return line;
}

// Prefers to forget texts that would pass again anyway.
void RepeatLimit::make_room(int64_t now_ms) {
  if (seen_.size() < kMaxTexts) return;
  std::erase_if(seen_, [&](const auto& entry) { return now_ms >= entry.second.passed_ms + interval_ms_; });
  if (seen_.size() >= kMaxTexts) seen_.clear();
}

}  // namespace penstock
