#include "core/kinesis/dead_letter_notices.h"

#include "base/folded_text.h"
#include "base/utf8.h"

namespace penstock::kinesis {

namespace {
constexpr int64_t kIntervalMs = 10'000;
constexpr size_t kMaxReasons = 16;
constexpr size_t kMaxReasonBytes = 500;
}  // namespace

void DeadLetterNotices::add(std::string_view reason) {
  const std::string_view kept = whole_characters(reason, kMaxReasonBytes);
  std::string key = folded(kept);
  auto found = reasons_.find(key);
  if (found == reasons_.end()) {
    const bool full = reasons_.size() >= kMaxReasons;
    found = reasons_.try_emplace(full ? std::string() : std::move(key)).first;
    found->second.text = full ? std::string_view("other reasons") : kept;
  }
  ++found->second.records;
}

void DeadLetterNotices::log_now(std::string_view outcome) {
  for (; !reasons_.empty(); reasons_.erase(reasons_.begin())) {
    const Reason& reason = reasons_.begin()->second;
    env_.warn("PS0603", "dead letters " + std::string(outcome) + ": " + reason.text +
                            " (records: " + std::to_string(reason.records) + ")");
  }
  due_ms_ = env_.clock.monotonic_ms() + kIntervalMs;
}

}  // namespace penstock::kinesis
