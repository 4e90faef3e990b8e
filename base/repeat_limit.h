// A limit on log lines that repeat.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace penstock {

// Passes each text at most once per interval, and then with the number of repeats that it suppressed. Texts that
// differ only in numbers are the same text: each run of letters and digits with a digit in it is compared as one
// placeholder, so that a changing size, sequence number, or request ID does not make a text pass again.
class RepeatLimit {
 public:
  static constexpr size_t kMaxTexts = 100;  // remembered at a time, so that new texts cannot fill the memory

  explicit RepeatLimit(int64_t interval_ms) : interval_ms_(interval_ms) {}

  // Returns subject + text, with the number of suppressed repeats if there were any; nullopt if it is such a
  // repeat. Subjects are compared exactly, numbers included.
  std::optional<std::string> pass(std::string_view subject, std::string_view text, int64_t now_ms);

 private:
  struct Seen {
    int64_t passed_ms = 0;
    int64_t suppressed = 0;
  };

  void make_room(int64_t now_ms);

  int64_t interval_ms_;
  std::map<std::string, Seen> seen_;  // by subject and folded text
};

}  // namespace penstock
