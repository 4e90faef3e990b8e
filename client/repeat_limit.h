// Log lines that come again and again, as a few.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace penstock::client {

// Lets a text through at most once in an interval, even if numbers in it change, and then says how often it was
// held back.
class RepeatLimit {
 public:
  explicit RepeatLimit(int64_t interval_ms) : interval_ms_(interval_ms) {}

  // The text to log, with a count where some were held back; nullopt: not now.
  std::optional<std::string> pass(const std::string& text, int64_t now_ms);

 private:
  struct Seen {
    int64_t logged_ms;
    int64_t held_back;
  };
  int64_t interval_ms_;
  std::map<std::string, Seen> seen_;  // bounded: forgotten when it has grown large
};

}  // namespace penstock::client
