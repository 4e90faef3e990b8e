#include "fluentbit/msgpack/log_events.h"

#include <algorithm>
#include <cmath>

namespace penstock::fluentbit {

namespace {

using Kind = MsgpackToken::Kind;

// Limits of four-digit years: 64 bits can hold times that no calendar covers.
constexpr int64_t kMinSeconds = -62'167'219'200;  // 0000-01-01T00:00:00
constexpr int64_t kMaxSeconds = 253'402'300'799;  // 9999-12-31T23:59:59
constexpr int32_t kMaxNanoseconds = 999'999'999;

// An EventTime with these seconds and no nanoseconds is not a time: it opens or closes a group.
constexpr uint32_t kGroupStart = 0xffffffff;
constexpr uint32_t kGroupEnd = 0xfffffffe;

enum class What { kEvent, kGroupMarker, kNoEvent };

uint32_t big_endian(const char* at) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(at[i]);
  return value;
}

void set_time(LogEvent& event, double seconds) {
  if (std::isnan(seconds)) seconds = 0;
  const double whole =
      std::floor(std::clamp(seconds, static_cast<double>(kMinSeconds), static_cast<double>(kMaxSeconds)));
  event.seconds = static_cast<int64_t>(whole);
  event.nanoseconds = static_cast<int32_t>(std::clamp((seconds - whole) * 1e9, 0.0, double{kMaxNanoseconds}));
}

What read_time(const MsgpackToken& token, LogEvent& event) {
  event.nanoseconds = 0;
  switch (token.kind) {
    case Kind::ext: {
      if (token.ext_type != 0 || token.bytes.size() != 8) return What::kNoEvent;
      const uint32_t seconds = big_endian(token.bytes.data());
      const uint32_t nanoseconds = big_endian(token.bytes.data() + 4);
      if ((seconds == kGroupStart || seconds == kGroupEnd) && nanoseconds == 0) return What::kGroupMarker;
      event.seconds = seconds;
      event.nanoseconds = static_cast<int32_t>(std::min(nanoseconds, uint32_t{kMaxNanoseconds}));
      return What::kEvent;
    }
    case Kind::unsigned_integer:
      event.seconds = static_cast<int64_t>(std::min(token.unsigned_integer, uint64_t{kMaxSeconds}));
      if (token.unsigned_integer > kMaxSeconds) event.nanoseconds = kMaxNanoseconds;
      return What::kEvent;
    case Kind::integer:
      event.seconds = std::max(token.integer, kMinSeconds);
      return What::kEvent;
    case Kind::real:
      set_time(event, token.real);
      return What::kEvent;
    default:
      return What::kNoEvent;
  }
}

// Reads the beginning of an event, up to its body, in the forms in which the agent writes nearly all: an
// EventTime, and metadata that is an empty map. Returns false, without moving, for any other.
bool read_usual_begin(MsgpackReader& reader, LogEvent& event) {
  constexpr std::string_view kBegin("\x92\x92\xd7\0", 4);
  constexpr size_t kTimeBytes = 8;
  constexpr std::string_view kEmptyMap("\xdf\0\0\0\0", 5);
  constexpr std::string_view kShortEmptyMap = "\x80";
  std::string_view rest = reader.rest();
  if (rest.size() <= kBegin.size() + kTimeBytes || !rest.starts_with(kBegin)) return false;
  const char* const time = rest.data() + kBegin.size();
  rest.remove_prefix(kBegin.size() + kTimeBytes);
  const size_t metadata = rest.starts_with(kEmptyMap)        ? kEmptyMap.size()
                          : rest.starts_with(kShortEmptyMap) ? kShortEmptyMap.size()
                                                             : 0;
  const uint32_t seconds = big_endian(time);
  if (metadata == 0 || seconds >= kGroupEnd) return false;
  event.seconds = seconds;
  event.nanoseconds = static_cast<int32_t>(std::min(big_endian(time + 4), uint32_t{kMaxNanoseconds}));
  event.metadata = rest.substr(0, metadata);
  reader.skip(kBegin.size() + kTimeBytes + metadata);
  return true;
}

// Reads one event. For kNoEvent, the position of reader afterwards is unspecified.
What read_event(MsgpackReader& reader, LogEvent& event) {
  const char* const from = reader.at();
  if (read_usual_begin(reader, event)) {
    event.body = reader.value();
    event.whole = {from, static_cast<size_t>(reader.at() - from)};
    return event.body.empty() ? What::kNoEvent : What::kEvent;
  }
  event.metadata = {};
  MsgpackToken token;
  if (!reader.next(token) || token.kind != Kind::array || token.count != 2 || !reader.next(token))
    return What::kNoEvent;
  What what = What::kNoEvent;
  if (token.kind == Kind::array) {
    if (token.count != 2 || !reader.next(token)) return What::kNoEvent;
    what = read_time(token, event);
    MsgpackReader metadata = reader;
    event.metadata = reader.value();
    if (!metadata.next(token) || token.kind != Kind::map) event.metadata = {};
  } else {
    what = read_time(token, event);
  }
  event.body = reader.value();
  if (event.body.empty()) return What::kNoEvent;
  event.whole = {from, static_cast<size_t>(reader.at() - from)};
  return what;
}

}  // namespace

bool LogEvents::next(LogEvent& event) {
  while (!reader_.done()) {
    MsgpackReader reader = reader_;
    const What what = read_event(reader, event);
    if (what == What::kNoEvent) {
      reader = reader_;
      if (reader.value().empty()) {
        problem_ = describe_failure();
        return false;
      }
      ++passed_over_;
    }
    reader_ = reader;
    if (what == What::kEvent) return true;
  }
  return false;
}

std::string LogEvents::describe_failure() const {
  const auto place = [&](const MsgpackReader& reader) {
    return std::to_string(reader.at() - chunk_.data()) + " of " + std::to_string(chunk_.size());
  };
  MsgpackReader reader = reader_;
  for (MsgpackToken token; reader.next(token);) {
  }
  const bool unknown = !reader.done() && *reader.at() == '\xc1';
  return unknown ? "invalid msgpack at byte " + place(reader) : "truncated value at byte " + place(reader_);
}

}  // namespace penstock::fluentbit
