#include "core/base/json.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "core/base/block.h"
#include "core/base/utf8.h"

namespace penstock {

namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

// What a byte of ASCII is written as.
struct Written {
  std::array<char, 7> text = {};
  uint8_t size = 0;
};
using WrittenAs = std::array<Written, 128>;

constexpr Written written_as(std::string_view text) {
  Written written;
  for (const char c : text) written.text[written.size++] = c;
  return written;
}

constexpr WrittenAs kAsItIs = [] {
  WrittenAs table;
  for (size_t byte = 0; byte < table.size(); ++byte) {
    const char c = static_cast<char>(byte);
    table[byte] = written_as({&c, 1});
  }
  return table;
}();

constexpr WrittenAs kInString = [] {
  WrittenAs table = kAsItIs;
  for (size_t byte = 0; byte < 0x20; ++byte) {
    const std::array<char, 6> escaped = {'\\', 'u', '0', '0', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
    table[byte] = written_as({escaped.data(), escaped.size()});
  }
  table['"'] = written_as("\\\"");
  table['\\'] = written_as("\\\\");
  table['\b'] = written_as("\\b");
  table['\f'] = written_as("\\f");
  table['\n'] = written_as("\\n");
  table['\r'] = written_as("\\r");
  table['\t'] = written_as("\\t");
  return table;
}();

// A kind of rules says which bytes of ASCII are not written as they are, and what all of them are written as.
struct String {
  static constexpr WrittenAs kTable = kInString;
  static constexpr bool kJoinsLineEnds = false;
  static BlockMask changed(Block bytes) { return (bytes < 0x20) | (bytes == '"') | (bytes == '\\'); }
};

struct StringOfLines : String {
  static constexpr WrittenAs kTable = [] {
    WrittenAs table = kInString;
    table['\r'] = table['\n'];
    return table;
  }();
  static constexpr bool kJoinsLineEnds = true;  // of \r\n the \r goes
};

struct OneLine {
  static constexpr WrittenAs kTable = [] {
    WrittenAs table = kAsItIs;
    table['\n'] = table['\r'] = written_as(" ");
    return table;
  }();
  static constexpr bool kJoinsLineEnds = false;
  static BlockMask changed(Block bytes) { return (bytes == '\n') | (bytes == '\r'); }
};

// Appends text by such rules, with ill-formed UTF-8 replaced. Goes through a small buffer, so that no piece costs
// a call of its own, and runs of one byte are written as such: text of many escapes must not be much slower.
template <class Rules>
class Appender {
 public:
  Appender(std::string& out, std::string_view text) : out_(out), text_(text) {
    out_.reserve(out_.size() + text_.size() + kQuotesBytes);
  }

  void put(char c) { buffer_[used_++] = c; }

  void append() {
    while (append_mostly_plain()) {
      if (byte_at(at_) >= 0x80)
        append_characters();
      else
        append_changed_blocks();
    }
  }

  void flush() {
    out_.append(buffer_.data(), used_);
    used_ = 0;
  }

 private:
  static constexpr size_t kQuotesBytes = 2;
  static constexpr size_t kMostBytesPerStep = kBlockBytes + kBlockBytes * sizeof(Written);

  // That are ill-formed wherever they stand.
  static bool is_never_well_formed(uint8_t byte) { return byte > 0xF4 || (byte >= 0x80 && byte < 0xC2); }

  static bool has_many(uint32_t bits) {
    bits &= bits - 1;
    return (bits & (bits - 1)) != 0;
  }

  uint8_t byte_at(size_t at) const { return static_cast<uint8_t>(text_[at]); }
  static Block block_at(const char* at, size_t left) {
    return left >= kBlockBytes ? load_block(at) : load_part_of_block(at, left);
  }
  bool is_full() const { return used_ > buffer_.size() - kMostBytesPerStep; }

  // ASCII with few bytes that change, up to a byte above it or a block that has many; false at the end of the
  // text.
  bool append_mostly_plain() {
    const char* at = text_.data() + at_;
    const char* const end = text_.data() + text_.size();
    char* to = buffer_.data() + used_;
    const auto stop = [&](bool more) {
      at_ = static_cast<size_t>(at - text_.data());
      used_ = static_cast<size_t>(to - buffer_.data());
      return more;
    };
    while (at != end) {
      if (to > buffer_.data() + (buffer_.size() - kMostBytesPerStep)) {
        out_.append(buffer_.data(), to);
        to = buffer_.data();
      }
      const auto size = std::min(kBlockBytes, static_cast<size_t>(end - at));
      const Block bytes = block_at(at, size);
      store_block(to, bytes);
      const uint32_t others = bits_of(Rules::changed(bytes) | (bytes >= 0x80)) & ((1u << size) - 1);
      const size_t plain = others == 0 ? size : first_of(others);
      at += plain;
      to += plain;
      if (others == 0) continue;
      if (static_cast<uint8_t>(*at) >= 0x80 || (has_many(others) && static_cast<size_t>(end - at) >= kBlockBytes))
        return stop(true);
      to = write_changed(to, at++);
    }
    return stop(false);
  }

  // Whole blocks of ASCII while they have much that changes, or a run of one byte. At least one byte.
  void append_changed_blocks() {
    size_t end = at_ + 1;
    for (; at_ + kBlockBytes <= text_.size() && !is_full(); end = at_) {
      const Block bytes = load_block(text_.data() + at_);
      if (any(bytes >= 0x80) || !has_many(bits_of(Rules::changed(bytes)))) break;
      if (all(bytes == bytes[0]) && !(Rules::kJoinsLineEnds && bytes[0] == '\r')) {
        const Written& written = Rules::kTable[bytes[0]];
        return append_run({written.text.data(), written.size});
      }
      append_by_table(kBlockBytes);
    }
    append_by_table(end - at_);
  }

  // Returns where what was written for the byte at at ends.
  char* write_changed(char* to, const char* at) const {
    const Written& written = Rules::kTable[static_cast<uint8_t>(*at)];
    std::memcpy(to, &written, sizeof written);
    if constexpr (Rules::kJoinsLineEnds)
      if (*at == '\r' && at + 1 != text_.data() + text_.size() && at[1] == '\n') return to;
    return to + written.size;
  }

  void append_by_table(size_t count) {
    const char* at = text_.data() + at_;
    const char* const end = at + count;
    char* to = buffer_.data() + used_;
    while (at != end) to = write_changed(to, at++);
    used_ = static_cast<size_t>(to - buffer_.data());
    at_ += count;
  }

  // Characters above ASCII, and ASCII between them, up to what is ill-formed or changes.
  void append_characters() {
    while (at_ + kBlockBytes <= text_.size() && !is_full()) {
      const Block bytes = load_block(text_.data() + at_);
      const uint32_t changed = bits_of(Rules::changed(bytes));
      const size_t well_formed = well_formed_size(bytes);
      const size_t size = changed == 0 ? well_formed : std::min(well_formed, first_of(changed));
      if (size == 0) break;
      store_block(buffer_.data() + used_, bytes);
      used_ += size;
      at_ += size;
    }
    if (at_ < text_.size() && byte_at(at_) >= 0x80 && !is_full()) append_repaired();
  }

  // What is above ASCII, up to the end of a block, with ill-formed parts replaced.
  void append_repaired() {
    const size_t left = text_.size() - at_;
    const Block bytes = block_at(text_.data() + at_, left);
    if (left >= kBlockBytes && is_never_well_formed(bytes[0]) && all(bytes == bytes[0]))
      return append_run(kReplacementCharacter);
    const Utf8Repair repair = repair_of(bytes);
    const size_t size = std::min(repair.size, first_of(bits_of(bytes < 0x80) | 1u << kBlockBytes));
    char* to = buffer_.data() + used_;
    for (size_t index = 0; index < size; ++index) {
      const bool kept = (repair.kept >> index & 1) != 0;
      std::memcpy(to, kReplacementCharacter.data(), kReplacementCharacter.size());
      if (kept) *to = text_[at_ + index];
      to += kept ? 1 : (repair.replaced >> index & 1) * kReplacementCharacter.size();
    }
    used_ = static_cast<size_t>(to - buffer_.data());
    at_ += size;
  }

  // All of the bytes that follow and are equal, each as written.
  void append_run(std::string_view written) {
    const size_t end = std::min(text_.find_first_not_of(text_[at_], at_), text_.size());
    flush();
    size_t count = end - at_;
    at_ = end;
    out_.reserve(out_.size() + count * written.size() + (text_.size() - end) + kQuotesBytes);
    const size_t at_once = std::min(count, (buffer_.size() - kMostBytesPerStep) / written.size());
    for (size_t index = 0; index < at_once; ++index)
      std::memcpy(buffer_.data() + index * written.size(), written.data(), written.size());
    for (; count >= at_once; count -= at_once) out_.append(buffer_.data(), at_once * written.size());
    used_ = count * written.size();
  }

  std::string& out_;
  std::string_view text_;
  size_t at_ = 0;
  size_t used_ = 0;
  std::array<char, 1024> buffer_;
};

template <class Rules>
void append_string(std::string& out, std::string_view text) {
  Appender<Rules> appender(out, text);
  appender.put('"');
  appender.append();
  appender.put('"');
  appender.flush();
}

bool is_bidi_or_line_control(uint32_t code_point) {
  return code_point == 0x061C || code_point == 0x200E || code_point == 0x200F ||
         (code_point >= 0x2028 && code_point <= 0x202E) || (code_point >= 0x2066 && code_point <= 0x2069);
}

void append_hex_byte(std::string& out, uint8_t byte) {
  out += "\\x";
  out += kHexDigits[byte >> 4];
  out += kHexDigits[byte & 15];
}

// One character or ill-formed part, made printable.
void append_printable(std::string& out, std::string_view part, const Utf8Step& step) {
  if (!step.valid) {
    for (const char byte : part) append_hex_byte(out, static_cast<uint8_t>(byte));
  } else if (part == "\n") {
    out += "\\n";
  } else if (part == "\r") {
    out += "\\r";
  } else if (part == "\t") {
    out += "\\t";
  } else if (step.code_point < 0x20 || step.code_point == 0x7F) {
    append_hex_byte(out, static_cast<uint8_t>(part[0]));
  } else if ((step.code_point >= 0x80 && step.code_point < 0xA0) || is_bidi_or_line_control(step.code_point)) {
    out += "\\u{";
    for (int shift = 12; shift >= 0; shift -= 4) out += kHexDigits[step.code_point >> shift & 15];
    out += '}';
  } else {
    out += part;
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) { append_string<String>(out, text); }

void append_json_string_of_lines(std::string& out, std::string_view text) {
  append_string<StringOfLines>(out, text);
}

void append_json_on_one_line(std::string& out, std::string_view text) {
  Appender<OneLine> appender(out, text);
  appender.append();
  appender.flush();
}

bool is_json_number(std::string_view text) {
  size_t at = 0;
  const auto take = [&](char c) { return at < text.size() && text[at] == c && ++at != 0; };
  const auto digits = [&] {
    const size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - from;
  };
  take('-');
  const size_t integer = at;
  const size_t count = digits();
  if (count == 0 || (count > 1 && text[integer] == '0')) return false;
  if (take('.') && digits() == 0) return false;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (digits() == 0) return false;
  }
  return at == text.size();
}

std::string printable(std::string_view text, size_t max_bytes) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    const size_t before = out.size();
    append_printable(out, text.substr(at, step.size), step);
    if (out.size() > max_bytes) {
      out.resize(before);
      out += "...";
      break;
    }
    at += step.size;
  }
  return out;
}

}  // namespace penstock
