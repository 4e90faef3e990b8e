#include "plugin/fluentbit/log_events.h"

#include <cmath>

namespace penstock::fluentbit {

namespace {

using Kind = MsgpackToken::Kind;

// EventTime's seconds in the markers of groups: 32 bits, all of them one for a beginning, but the last for an end.
constexpr uint32_t kGroupStart = 0xffffffff;
constexpr uint32_t kGroupEnd = 0xfffffffe;

enum class Time { none, event, group };

uint32_t number_at(const char* at) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(at[i]);
  return value;
}

Time read_time(const MsgpackToken& token, LogEvent& event) {
  event.seconds = 0;
  event.nanoseconds = 0;
  switch (token.kind) {
    case Kind::ext: {
      if (token.ext_type != 0 || token.bytes.size() != 8) return Time::none;
      const uint32_t seconds = number_at(token.bytes.data());
      if (seconds == kGroupStart || seconds == kGroupEnd) return Time::group;
      const uint32_t nanoseconds = number_at(token.bytes.data() + 4);
      event.seconds = seconds;
      event.nanoseconds = static_cast<int32_t>(nanoseconds < 1'000'000'000 ? nanoseconds : 999'999'999);
      return Time::event;
    }
    case Kind::unsigned_integer:
      event.seconds =
          token.unsigned_integer <= INT64_MAX ? static_cast<int64_t>(token.unsigned_integer) : INT64_MAX;
      return Time::event;
    case Kind::integer:
      // The agent's decoder has the markers as the numbers -1 and -2 too.
      event.seconds = token.integer;
      return token.integer == -1 || token.integer == -2 ? Time::group : Time::event;
    case Kind::real: {
      constexpr double kMostSeconds = 1e15;
      if (!(std::fabs(token.real) < kMostSeconds)) return Time::event;
      const double seconds = std::floor(token.real);
      event.seconds = static_cast<int64_t>(seconds);
      event.nanoseconds = static_cast<int32_t>(std::fmin((token.real - seconds) * 1e9, 999'999'999.0));
      return Time::event;
    }
    default:
      return Time::none;
  }
}

// What a value that is no event at all is taken for: Time::none.
Time read_event(std::string_view value, LogEvent& event) {
  MsgpackReader reader(value);
  MsgpackToken token;
  if (!reader.next(token) || token.kind != Kind::array || token.count != 2 || !reader.next(token))
    return Time::none;
  event.metadata = {};
  event.whole = value;
  if (token.kind != Kind::array) {
    const Time time = read_time(token, event);
    event.body = reader.value();
    return time;
  }
  const size_t count = token.count;
  if (count == 0 || !reader.next(token)) return Time::none;
  const Time time = read_time(token, event);
  for (size_t i = 1; i < count; ++i) {
    const std::string_view more = reader.value();
    if (i == 1) event.metadata = more;
  }
  event.body = reader.value();
  return time;
}

}  // namespace

bool LogEvents::next(LogEvent& event) {
  while (!reader_.done()) {
    const std::string_view value = reader_.value();
    if (value.empty()) {
      problem_ = "cut, or no msgpack, from byte " + std::to_string(reader_.at() - begin_) + " on";
      return false;
    }
    const Time time = read_event(value, event);
    if (time == Time::event) return true;
    if (time == Time::none) ++passed_over_;
  }
  return false;
}

}  // namespace penstock::fluentbit
