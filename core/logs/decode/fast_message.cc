#include "core/logs/decode/fast_message.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/block.h"
#include "base/text_buffer.h"
#include "base/utf8.h"

namespace penstock::logs {

namespace {

using namespace std::string_view_literals;

// How far the text of a message moves toward the front while it is unescaped. The distance lets unescape() write
// whole blocks without overwriting text that is still to be read. The moved text overwrites the members between
// the event's id and its message.
constexpr size_t kMoveBytes = 2 * kBlockBytes;
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

// 64 bytes of text. In each mask, bit i belongs to byte i.
struct Stretch {
  static constexpr size_t kBytes = 4 * kBlockBytes;
  static_assert(TextBuffer::kSpareBytes >= kBytes);

  explicit Stretch(const char* at)
      : first(load_block(at)),
        second(load_block(at + kBlockBytes)),
        third(load_block(at + 2 * kBlockBytes)),
        fourth(load_block(at + 3 * kBlockBytes)) {}

  template <typename Test>
  uint64_t bits_where(Test test) const {
    return uint64_t{bits_of(test(first))} | uint64_t{bits_of(test(second))} << kBlockBytes |
           uint64_t{bits_of(test(third))} << 2 * kBlockBytes | uint64_t{bits_of(test(fourth))} << 3 * kBlockBytes;
  }

  uint64_t bits_of_byte(char byte) const {
    return bits_where([byte](Block block) { return block == static_cast<uint8_t>(byte); });
  }

  Block first, second, third, fourth;
};

BlockMask controls(Block block) { return block < 0x20; }

size_t first_bit(uint64_t bits) { return static_cast<size_t>(std::countr_zero(bits)); }
uint64_t bits_below(size_t bit) { return bit < 64 ? (uint64_t{1} << bit) - 1 : ~uint64_t{0}; }

// Returns the backslashes that begin an escape: the first, third, ... of each run of backslashes. REQUIRES: the
// stretch does not begin in the middle of an escape. The method is that of simdjson's find_escaped
// (https://github.com/simdjson/simdjson, src/generic/stage1/json_escape_scanner.h).
uint64_t escapes_among(uint64_t backslashes) {
  constexpr uint64_t kOddBits = 0xAAAAAAAAAAAAAAAA;
  return (((backslashes << 1 | kOddBits) - backslashes) ^ kOddBits) & backslashes;
}

template <size_t kSize>
bool begins_with(const char* at, const char (&text)[kSize]) {
  return std::memcmp(at, text, kSize - 1) == 0;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

bool is_unicode_escape(const char* at) {
  return at[0] == '\\' && at[1] == 'u' && is_hex(at[2]) && is_hex(at[3]) && is_hex(at[4]) && is_hex(at[5]);
}

// Returns the closing quote of the string whose text begins at `at`; null if it has an escape or a control
// character.
const char* end_of_plain_string(const char* at) {
  for (;; at += Stretch::kBytes) {
    const uint64_t special =
        Stretch(at).bits_where([](Block block) { return (block == '"') | (block == '\\') | controls(block); });
    if (special == 0) continue;
    at += first_bit(special);
    return *at == '"' ? at : nullptr;
  }
}

struct EscapedString {
  const char* end;           // the closing quote; null if this is not a valid JSON string
  const char* first_escape;  // null if the string has no escape
};

// Where escapes begin in the first stretches of a string, so that unescape() need not find them again. Each
// stretch begins where the previous one ends. A stretch ends early if its last byte begins an escape.
struct StretchEscapes {
  std::array<uint64_t, 16> bits;
};

// Finds the end of a string and validates its escapes, without changing anything.
EscapedString find_end(const char* at, StretchEscapes& found) {
  EscapedString string = {nullptr, nullptr};
  for (size_t index = 0;; ++index) {
    const Stretch stretch(at);
    const uint64_t backslashes = stretch.bits_of_byte('\\');
    const uint64_t quotes = stretch.bits_of_byte('"');
    const uint64_t escapes = escapes_among(backslashes);
    const uint64_t escaped = escapes << 1;
    const uint64_t ends = quotes & ~escaped;
    const size_t size = ends != 0 ? first_bit(ends) : Stretch::kBytes - (escapes >> 63);
    if ((stretch.bits_where(controls) & bits_below(size)) != 0) return string;
    if (index < found.bits.size()) found.bits[index] = escapes;
    const uint64_t own_escapes = escapes & bits_below(size);
    if (own_escapes != 0) {
      if (string.first_escape == nullptr) string.first_escape = at + first_bit(own_escapes);
      uint64_t rare = escaped & bits_below(size) &
                      ~(quotes | backslashes | stretch.bits_of_byte('n') | stretch.bits_of_byte('t'));
      for (; rare != 0; rare &= rare - 1) {
        const char* const escape = at + first_bit(rare) - 1;
        if ("/bfr"sv.find(escape[1]) == std::string_view::npos && !is_unicode_escape(escape)) return string;
      }
    }
    at += size;
    if (ends != 0) {
      string.end = at;
      return string;
    }
  }
}

constexpr std::array<char, 256> kUnescaped = [] {
  std::array<char, 256> table = {};
  table['"'] = '"';
  table['\\'] = '\\';
  table['/'] = '/';
  table['b'] = '\b';
  table['f'] = '\f';
  table['n'] = '\n';
  table['r'] = '\r';
  table['t'] = '\t';
  return table;
}();

// Returns the code unit of the \uXXXX at `at`.
uint32_t code_unit(const char* at) {
  uint32_t unit = 0;
  for (size_t index = 2; index < 6; ++index) {
    const auto c = static_cast<uint8_t>(at[index]);
    unit = unit << 4 | (c <= '9' ? c - uint32_t{'0'} : (c | 0x20) - uint32_t{'a'} + 10);
  }
  return unit;
}

// Decodes the \uXXXX at from, or a surrogate pair of them; a lone surrogate becomes U+FFFD.
char* put_unicode_escape(char* to, const char*& from) {
  uint32_t code_point = code_unit(from);
  from += 6;
  if (code_point >= 0xD800 && code_point < 0xE000) {
    const uint32_t next = code_point < 0xDC00 && is_unicode_escape(from) ? code_unit(from) : 0;
    if (next >= 0xDC00 && next < 0xE000) {
      code_point = 0x10000 + ((code_point - 0xD800) << 10) + (next - 0xDC00);
      from += 6;
    } else {
      code_point = 0xFFFD;
    }
  }
  return put_utf8(to, code_point);
}

// Copies up to 64 bytes. May also overwrite the bytes after them, up to the next multiple of kMoveBytes.
char* put_piece(char* to, const char* from, size_t size) {
  static_assert(Stretch::kBytes == 2 * kMoveBytes && kMoveBytes == 2 * kBlockBytes);
  const auto move = [](char* target, const char* source) {
    const Block first = load_block(source);
    const Block second = load_block(source + kBlockBytes);
    store_block(target, first);
    store_block(target + kBlockBytes, second);
  };
  move(to, from);
  if (size > kMoveBytes) move(to + kMoveBytes, from + kMoveBytes);
  return to + size;
}

// Unescapes the string that find_end() scanned, and returns the end of the text. REQUIRES: to is kMoveBytes before
// from.
char* unescape(char* to, const char* from, const char* const end, const StretchEscapes& found) {
  const char* stretch = from;
  for (size_t index = 0; stretch < end; ++index) {
    uint64_t escapes =
        index < found.bits.size() ? found.bits[index] : escapes_among(Stretch(stretch).bits_of_byte('\\'));
    const auto left = static_cast<size_t>(end - stretch);
    const char* const stretch_end = left < Stretch::kBytes ? end : stretch + Stretch::kBytes - (escapes >> 63);
    escapes &= bits_below(static_cast<size_t>(stretch_end - stretch));
    for (; escapes != 0; escapes &= escapes - 1) {
      const char* const escape = stretch + first_bit(escapes);
      if (escape < from) continue;  // the second half of a surrogate pair
      to = put_piece(to, from, static_cast<size_t>(escape - from));
      from = escape;
      if (from[1] == 'u') {
        to = put_unicode_escape(to, from);
      } else {
        *to++ = kUnescaped[static_cast<uint8_t>(from[1])];
        from += 2;
      }
    }
    stretch = stretch_end;
    if (from >= stretch_end) continue;  // an escape reaches into the next stretch
    to = put_piece(to, from, static_cast<size_t>(stretch_end - from));
    from = stretch_end;
  }
  return to;
}

class FastMessageReader {
 public:
  FastMessageReader(char* base, size_t at, SubscriptionMessage& message)
      : base_(base), at_(base + at), message_(message) {}

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
    const char* const id_end = end_of_plain_string(id);
    if (id_end == nullptr || !begins_with(id_end, kBeforeTime)) return Next::other;
    const char* const time = id_end + length(kBeforeTime);
    SubscriptionMessage::Event event;
    if (!read_time(time, event.time_ms) || !begins_with(time + kTimeDigits, kBeforeMessage)) return Next::other;
    char* const body = base_ + place_of(time) + kTimeDigits + length(kBeforeMessage);
    const EscapedString string = find_end(body, escapes_);
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
      body[event.body_size - 2] = kUnescaped[static_cast<uint8_t>(body[event.body_size - 1])];
      --event.body_size;
    } else if (string.first_escape != nullptr) {
      char* const text = body - kMoveBytes;
      event.body_at = place_of(text);
      event.body_size = static_cast<uint32_t>(unescape(text, body, string.end, escapes_) - text);
    }
    message_.events.push_back(event);
    at_ = string.end + (next == Next::end ? length(kMessageEnd) : length(kNextEvent) - 1);
    return next;
  }

  static bool read_time(const char* at, int64_t& time_ms) {
    constexpr uint32_t kAllDigits = (1U << kTimeDigits) - 1;
    const uint32_t digits = bits_of(load_block(at) - block_of('0') < 10);
    if (at[0] == '0' || (digits & kAllDigits) != kAllDigits) return false;
    // In groups that do not depend on each other, so that the CPU can compute them in parallel.
    time_ms = int64_t{number<4>(at)} * 1'000'000'000 + int64_t{number<4>(at + 4)} * 100'000 + number<5>(at + 8);
    return true;
  }

  template <size_t kDigits>
  static int number(const char* digits) {
    int value = 0;
    for (size_t index = 0; index < kDigits; ++index) value = value * 10 + (digits[index] - '0');
    return value;
  }

  template <size_t kSize>
  bool skip(const char (&text)[kSize]) {
    if (!begins_with(at_, text)) return false;
    at_ += kSize - 1;
    return true;
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
  StretchEscapes escapes_;  // of the event being read
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
