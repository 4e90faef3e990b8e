// Limits repeated log lines.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace penstock::client {

// A filter that passes each text at most once per interval, even if numbers in it change. When it passes a text
// again, it appends the number of repeats since.
class RepeatLimit {
 public:
  explicit RepeatLimit(int64_t interval_ms) : interval_ms_(interval_ms) {}

  // Returns the text to log, with the number of repeats that were suppressed; nullopt if it must not be logged
  // now.
  std::optional<std::string> pass(const std::string& text, int64_t now_ms);

 private:
  struct Seen {
    int64_t logged_ms;
    int64_t held_back;
  };
  int64_t interval_ms_;
  std::map<std::string, Seen> seen_;  // bounded: cleared when it has grown large
};

}  // namespace penstock::client
