#include "core/log_throttle.h"

#include "base/folded_text.h"

namespace penstock {

namespace {

constexpr int64_t kIntervalMs = 10000;
constexpr size_t kMaxTexts = 100;

}  // namespace

bool LogThrottle::log(std::string_view subject, const Status& status, LogLevel level) {
  std::string line(subject);
  if (!subject.empty()) line += ": ";
  std::string key = line + folded(status.message());
  line = coded(status.id(), line + status.message());

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

// Bounds the memory that texts use if each one is new.
void LogThrottle::make_room(int64_t now_ms) {
  if (seen_.size() < kMaxTexts) return;
  std::erase_if(seen_, [now_ms](const auto& entry) { return now_ms >= entry.second.logged_ms + kIntervalMs; });
  if (seen_.size() >= kMaxTexts) seen_.clear();
}

}  // namespace penstock
