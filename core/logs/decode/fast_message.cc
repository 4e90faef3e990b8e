#include "core/logs/decode/fast_message.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/block.h"
#include "base/scan.h"
#include "base/text_buffer.h"
#include "core/logs/decode/string_kernel.h"

namespace penstock::logs {

namespace {

// How far the text of a message moves toward the front while it is unescaped. The moved text overwrites the
// members between the event's id and its message.
constexpr size_t kMoveBytes = StringKernel::kMoveBytes;
constexpr size_t kTimeDigits = 13;  // digits of a time in milliseconds, from 2001 to 2286
// Arrays, not string_views: the compiler then compares a few words instead of calling memcmp.
constexpr char kEventBegin[] = R"({"id":")";
constexpr char kBeforeTime[] = R"(","timestamp":)";
constexpr char kBeforeMessage[] = R"(,"message":")";
constexpr char kNextEvent[] = R"("},{)";
constexpr char kMessageEnd[] = R"("}]})";
template <size_t kSize>
constexpr size_t length(const char (&)[kSize]) {
  return kSize - 1;
}
static_assert(length(kBeforeTime) + kTimeDigits + length(kBeforeMessage) >= kMoveBytes);
static_assert(kMoveBytes >= kEventsBegin.size());

template <size_t kSize>
bool begins_with(const char* at, const char (&text)[kSize]) {
  return std::memcmp(at, text, kSize - 1) == 0;
}

class FastMessageReader {
 public:
  FastMessageReader(char* base, size_t at, SubscriptionMessage& message)
      : base_(base), at_(base + at), message_(message), kernel_(string_kernel()) {}

  size_t at() const { return place_of(at_); }

  // Reads up to and including the bracket that begins the events.
  bool read_header() {
    std::string_view filter;
    if (!skip(R"({"messageType":"DATA_MESSAGE","owner":")") || !read_string(message_.owner) ||
        !skip(R"(","logGroup":")") || !read_string(message_.log_group) || !skip(R"(","logStream":")") ||
        !read_string(message_.log_stream) || !skip(R"(","subscriptionFilters":[")") || !read_string(filter))
      return false;
    while (skip(R"(",")"))
      if (!read_string(filter)) return false;
    if (!skip(R"("],"logEvents":[)")) return false;
    message_.type = "DATA_MESSAGE";
    message_.has_events = true;
    return true;
  }

  // Returns true at the end of the message, or after the last event of a part. Returns false at an event in
  // another form, which it leaves unchanged.
  bool read_events() {
    message_.origins.emplace_back();
    while (true) {
      if (message_.events.size() >= kMaxEventsInPart) {
        --at_;  // at the comma
        message_.has_more_events = true;
        return true;
      }
      switch (read_event()) {
        case Next::event:
          break;
        case Next::end:
          return true;
        case Next::other:
          return false;
      }
    }
  }

 private:
  enum class Next { event, end, other };

  Next read_event() {
    if (!begins_with(at_, kEventBegin)) return Next::other;
    const char* const id = at_ + length(kEventBegin);
    const char* const id_end = end_of_id(id);
    if (id_end == nullptr || !begins_with(id_end, kBeforeTime)) return Next::other;
    const char* const time = id_end + length(kBeforeTime);
    SubscriptionMessage::Event event;
    if (!read_time(time, event.time_ms) || !begins_with(time + kTimeDigits, kBeforeMessage)) return Next::other;
    char* const body = base_ + place_of(time) + kTimeDigits + length(kBeforeMessage);
    const EscapedString string = kernel_.find_end(body, escapes_);
    if (string.end == nullptr) return Next::other;
    // The event is changed and taken only after all of it has been checked.
    Next next = Next::event;
    if (begins_with(string.end, kMessageEnd))
      next = Next::end;
    else if (!begins_with(string.end, kNextEvent))
      return Next::other;

    event.has_time = true;
    event.id_at = place_of(id);
    event.id_size = static_cast<uint32_t>(id_end - id);
    event.body_at = place_of(body);
    event.body_size = static_cast<uint32_t>(string.end - body);
    if (string.first_escape == string.end - 2) {
      // The only escape is the last character, usually a line break, so the text before it stays in place.
      body[event.body_size - 2] = short_escape(body[event.body_size - 1]);
      --event.body_size;
    } else if (string.first_escape != nullptr) {
      char* const text = body - kMoveBytes;
      event.body_at = place_of(text);
      event.body_size = static_cast<uint32_t>(kernel_.unescape(text, body, string.end, escapes_) - text);
    }
    message_.events.push_back(event);
    at_ = string.end + (next == Next::end ? length(kMessageEnd) : length(kNextEvent) - 1);
    return next;
  }

  // As end_of_plain_string(), but faster if the string has at most 63 characters, all of them digits: CloudWatch
  // Logs gives an event 56.
  const char* end_of_id(const char* at) {
    static_assert(TextBuffer::kSpareBytes >= 4 * kBlockBytes);
    const auto digits = [at](size_t index) {
      return uint64_t{bits_of(load_block(at + index * kBlockBytes) - block_of('0') < 10)} << index * kBlockBytes;
    };
    const char* const end = at + std::countr_one(digits(0) | digits(1) | digits(2) | digits(3));
    return *end == '"' ? end : end_of_plain_string(at);
  }

  static bool read_time(const char* at, int64_t& time_ms) {
    constexpr uint32_t kAllDigits = (1U << kTimeDigits) - 1;
    const uint32_t digits = bits_of(load_block(at) - block_of('0') < 10);
    if (at[0] == '0' || (digits & kAllDigits) != kAllDigits) return false;
    time_ms = int64_t{scan::eight_digits(at)} * 100'000 + scan::eight_digits(at + kTimeDigits - 8) % 100'000;
    return true;
  }

  template <size_t kSize>
  bool skip(const char (&text)[kSize]) {
    if (!begins_with(at_, text)) return false;
    at_ += kSize - 1;
    return true;
  }

  // Returns the closing quote of the string whose text begins at `at`; null if it has an escape or is not valid.
  const char* end_of_plain_string(const char* at) {
    const EscapedString string = kernel_.find_end(at, escapes_);
    return string.first_escape == nullptr ? string.end : nullptr;
  }

  // Reads up to the closing quote.
  bool read_string(std::string_view& text) {
    const char* const end = end_of_plain_string(at_);
    if (end == nullptr) return false;
    text = {at_, static_cast<size_t>(end - at_)};
    at_ = end;
    return true;
  }

  uint32_t place_of(const char* at) const { return static_cast<uint32_t>(at - base_); }

  char* const base_;
  const char* at_;
  SubscriptionMessage& message_;
  const StringKernel& kernel_;
  StretchEscapes escapes_;  // of the string being read
};

}  // namespace

bool read_fast_message(char* base, size_t& at, SubscriptionMessage& message) {
  FastMessageReader reader(base, at, message);
  if (!reader.read_header()) {
    message.clear();
    return false;
  }
  at = reader.at();
  return read_fast_events(base, at, message);
}

bool read_fast_events(char* base, size_t& at, SubscriptionMessage& message) {
  FastMessageReader reader(base, at, message);
  const bool is_whole = reader.read_events();
  at = reader.at();
  if (is_whole) return true;
  // begin_events_at() overwrites the bytes before at. If the last event's text is there, it moves out of the way.
  if (!message.events.empty()) {
    SubscriptionMessage::Event& last = message.events.back();
    if (last.body_at + last.body_size > at - kEventsBegin.size()) {
      std::memmove(base + last.body_at - kMoveBytes, base + last.body_at, last.body_size);
      last.body_at -= static_cast<uint32_t>(kMoveBytes);
    }
  }
  begin_events_at(base, at);
  return false;
}

}  // namespace penstock::logs
