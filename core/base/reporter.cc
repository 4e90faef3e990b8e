#include "core/base/reporter.h"

#include <algorithm>

namespace penstock {

namespace {

constexpr int64_t kIntervalMs = 10000;
constexpr size_t kMaxTexts = 100;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    while (end < text.size() && is_word(text[end])) ++end;
    const std::string_view word = text.substr(begin, end - begin);
    out += std::any_of(word.begin(), word.end(), is_digit) ? "#" : word;
    if (end < text.size()) out += text[end++];
    begin = end;
  }
  return out;
}

bool Reporter::report(std::string_view subject, const Status& status, LogLevel level) {
  std::string line(subject);
  if (!subject.empty()) line += ": ";
  std::string key = line + folded(status.message());
  line += status.message();

  const int64_t now_ms = env_.clock.monotonic_ms();
  make_room(now_ms);
  const auto [entry, fresh] = seen_.try_emplace(std::move(key));
  Seen& seen = entry->second;
  if (!fresh && now_ms < seen.logged_ms + kIntervalMs) {
    ++seen.held_back;
    return false;
  }
  if (seen.held_back > 0) line += " (repeats not logged: " + std::to_string(seen.held_back) + ")";
  seen = {now_ms, 0};
  env_.log(level, line);
  return true;
}

// Texts that are new each time must not fill the memory.
void Reporter::make_room(int64_t now_ms) {
  if (seen_.size() < kMaxTexts) return;
  std::erase_if(seen_, [now_ms](const auto& entry) { return now_ms >= entry.second.logged_ms + kIntervalMs; });
  if (seen_.size() >= kMaxTexts) seen_.clear();
}

}  // namespace penstock
