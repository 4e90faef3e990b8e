// Formats times as text in UTC, for option time_key_format. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text_buffer.h"

namespace penstock::fluentbit {

class TimeText {
 public:
  // format: for strftime, with %3N, %6N, %9N and %L (the same as %9N) for digits of the second's fraction.
  explicit TimeText(std::string_view format);

  // Returns the problem with the format, or "".
  const std::string& problem() const { return problem_; }

  // Appends the time as the inside of a JSON string. Reuses the result of strftime within the same second. Clamps
  // times to the years 1 to 9999.
  void append(TextBuffer& out, int64_t seconds, int32_t nanoseconds);

 private:
  struct Piece {
    std::string format;  // for strftime
    size_t digits;       // digits of the fraction that follows format
    std::string text;    // of format, at seconds_
  };

  bool format_at(int64_t seconds);

  std::vector<Piece> pieces_;
  int64_t seconds_ = 0;
  std::string problem_;
};

}  // namespace penstock::fluentbit
