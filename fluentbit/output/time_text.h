// Times of records as text, in UTC, as option time_key_format says. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::fluentbit {

class TimeText {
 public:
  // format: as strftime has it; besides %3N, %6N, %9N and %L (as %9N) are digits of the second's fraction.
  explicit TimeText(std::string_view format);

  // What is wrong with the format, or "".
  const std::string& problem() const { return problem_; }

  // Appends the text as the inside of a JSON string. What strftime makes is kept for the next time in that second.
  // Times before the year 1 or after 9999 are cut to these.
  void append(std::string& out, int64_t seconds, int32_t nanoseconds);

 private:
  struct Piece {
    std::string format;  // for strftime
    size_t digits;       // of the fraction, behind it
    std::string text;    // of format, at seconds_
  };

  bool format_at(int64_t seconds);

  std::vector<Piece> pieces_;
  int64_t seconds_ = 0;
  std::string problem_;
};

}  // namespace penstock::fluentbit
