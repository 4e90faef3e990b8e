#include "fluentbit/output/time_text.h"

#include <algorithm>
#include <ctime>

#include "base/json_writer.h"
#include "base/text.h"

namespace penstock::fluentbit {

namespace {

constexpr int64_t kYear1 = -62'135'596'800;
constexpr int64_t kEndOfYear9999 = 253'402'300'799;
constexpr size_t kMaxBytes = 1000;  // of a piece

struct Fraction {
  std::string_view conversion;
  size_t digits;
};
constexpr Fraction kFractions[] = {{"%3N", 3}, {"%6N", 6}, {"%9N", 9}, {"%L", 9}};

// Escapes text as the inside of a JSON string.
std::string escaped(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out.substr(1, out.size() - 2);
}

}  // namespace

TimeText::TimeText(std::string_view format) {
  pieces_.push_back({"", 0, ""});
  for (size_t i = 0; i < format.size();) {
    const std::string_view rest = format.substr(i);
    const auto* const fraction =
        std::find_if(std::begin(kFractions), std::end(kFractions),
                     [&](const Fraction& one) { return rest.substr(0, one.conversion.size()) == one.conversion; });
    if (fraction != std::end(kFractions)) {
      pieces_.back().digits = fraction->digits;
      pieces_.push_back({"", 0, ""});
      i += fraction->conversion.size();
    } else {
      // A percent sign and the next character stay together, so that "%%L" is not a fraction.
      const size_t size = rest[0] == '%' && rest.size() > 1 ? 2 : 1;
      pieces_.back().format += rest.substr(0, size);
      i += size;
    }
  }
  if (!format_at(0))
    problem_ = "invalid time_key_format '" + printable(format, 60) + "': its result has more than " +
               std::to_string(kMaxBytes) + " bytes; use a shorter format";
}

void TimeText::append(TextBuffer& out, int64_t seconds, int32_t nanoseconds) {
  seconds = std::clamp(seconds, kYear1, kEndOfYear9999);
  if (seconds != seconds_) format_at(seconds);
  for (const Piece& piece : pieces_) {
    out += piece.text;
    int32_t unit = 100'000'000;
    for (size_t i = 0; i < piece.digits; ++i, unit /= 10) out += static_cast<char>('0' + nanoseconds / unit % 10);
  }
}

// Formats all pieces. Returns false if a piece was too long; it is then empty.
bool TimeText::format_at(int64_t seconds) {
  const time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  bool fits = true;
  for (Piece& piece : pieces_) {
    // The blank distinguishes an empty text from one that does not fit.
    char text[kMaxBytes + 2];
    const size_t size = std::strftime(text, sizeof text, (piece.format + ' ').c_str(), &parts);
    fits = fits && size > 0;
    piece.text = size > 0 ? escaped({text, size - 1}) : "";
  }
  seconds_ = seconds;
  return fits;
}

}  // namespace penstock::fluentbit
