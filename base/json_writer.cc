#include "base/json_writer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "base/block.h"
#include "base/copy_plain.h"
#include "base/text.h"
#include "base/utf8.h"

namespace penstock {

namespace {

// The text that is written for one ASCII byte.
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

// Escaping rules: changed() finds the ASCII bytes that are not copied unchanged, changed_or_above_ascii() also
// finds those above ASCII, and kTable has the text to write for every ASCII byte.
struct String {
  static constexpr WrittenAs kTable = kInString;
  static constexpr bool kJoinsLineEnds = false;
  static BlockMask changed(Block bytes) { return (bytes < 0x20) | (bytes == '"') | (bytes == '\\'); }
  static size_t copy(char* to, std::string_view text) { return copy_plain(to, text); }
};

struct StringOfLines : String {
  static constexpr WrittenAs kTable = [] {
    WrittenAs table = kInString;
    table['\r'] = table['\n'];
    return table;
  }();
  static constexpr bool kJoinsLineEnds = true;  // the \r of \r\n is dropped
};

struct OneLine {
  static constexpr WrittenAs kTable = [] {
    WrittenAs table = kAsItIs;
    table['\n'] = table['\r'] = written_as(" ");
    return table;
  }();
  static constexpr bool kJoinsLineEnds = false;
  static BlockMask changed(Block bytes) { return (bytes == '\n') | (bytes == '\r'); }
  static size_t copy(char* to, std::string_view text) {
    size_t at = 0;
    for (; at < text.size(); at += kBlockBytes) {
      const size_t size = std::min(kBlockBytes, text.size() - at);
      const Block bytes =
          size == kBlockBytes ? load_block(text.data() + at) : load_part_of_block(text.data() + at, size);
      store_block(to + at, bytes);
      if (const uint32_t others = bits_of(changed(bytes) | (bytes >= 0x80)); others != 0)
        return at + first_of(others);
    }
    return text.size();
  }
};

// The maximum number of bytes that one step writes, for one block of text.
constexpr size_t kMaxBytesPerStep = kBlockBytes + kBlockBytes * sizeof(Written);
constexpr size_t kQuotesBytes = 2;

// A sink receives the output. begin() returns where to start writing. renew(to) accepts what was written up to
// `to`, and returns where to continue. last() is the last position from which one step fits.

// A sink that appends to a string through a small buffer. Writing to the string itself would check the capacity
// for each piece, and fill it with zeros first.
class StringSink {
 public:
  StringSink(std::string& out, size_t text_bytes) : out_(out) { out_.reserve(out_.size() + text_bytes); }

  char* begin() { return buffer_.data(); }
  const char* last() const { return buffer_.data() + buffer_.size() - kMaxBytesPerStep; }
  char* renew(const char* to) {
    out_.append(buffer_.data(), static_cast<size_t>(to - buffer_.data()));
    return buffer_.data();
  }

 private:
  std::string& out_;
  std::array<char, 1024> buffer_;
};

class BufferSink {
 public:
  BufferSink(TextBuffer& out, size_t text_bytes) : out_(out) { out_.room(text_bytes + kMaxBytesPerStep); }

  char* begin() { return out_.data() + out_.size(); }
  const char* last() const { return out_.data() + out_.capacity() - kMaxBytesPerStep; }
  char* renew(char* to) {
    out_.end_at(to);
    return out_.room(kMaxBytesPerStep);
  }

 private:
  TextBuffer& out_;
};

// A writer that escapes text by the given rules and replaces ill-formed UTF-8. It copies mostly plain text in
// blocks, and writes blocks with many changes by table or as runs, so that text full of escapes is not much
// slower.
template <class Rules, class Sink>
class Writer {
 public:
  Writer(Sink& sink, std::string_view text)
      : sink_(sink), at_(text.data()), end_(text.data() + text.size()), to_(sink.begin()), last_(sink.last()) {}

  void put(char c) { *to_++ = c; }
  void write() {
    while (write_mostly_plain())
      if (is_above_ascii(*at_))
        write_characters();
      else
        write_changed_blocks();
  }
  void finish() { sink_.renew(to_); }

 private:
  static bool is_above_ascii(char c) { return static_cast<uint8_t>(c) >= 0x80; }
  // Returns whether the byte is ill-formed at any position.
  static bool is_never_well_formed(uint8_t byte) { return byte > 0xF4 || (byte >= 0x80 && byte < 0xC2); }
  static bool has_many(uint32_t bits) {
    bits &= bits - 1;
    return (bits & (bits - 1)) != 0;
  }

  size_t left() const { return static_cast<size_t>(end_ - at_); }
  bool is_full() const { return to_ > last_; }
  void make_room() {
    to_ = sink_.renew(to_);
    last_ = sink_.last();
  }

  // Writes ASCII that needs few changes, up to a byte above ASCII or a block that needs many. Returns false at the
  // end of the text.
  bool write_mostly_plain() {
    while (at_ != end_) {
      if (is_full()) make_room();
      const auto room = static_cast<size_t>(last_ - to_) + kMaxBytesPerStep - kCopyOverrun - sizeof(Written);
      const size_t size = std::min(room, left());
      const size_t plain = Rules::copy(to_, {at_, size});
      at_ += plain;
      to_ += plain;
      if (plain == size) continue;
      if (is_above_ascii(*at_)) return true;
      if (left() >= kBlockBytes && has_many(bits_of(Rules::changed(load_block(at_))))) return true;
      to_ = write_changed(to_, at_);
      ++at_;
    }
    return false;
  }

  // Writes whole blocks of ASCII while they need many changes. Writes at least one byte.
  void write_changed_blocks() {
    bool is_done = false;
    for (; left() >= kBlockBytes && !is_full(); is_done = true) {
      const Block bytes = load_block(at_);
      if (any(bytes >= 0x80) || !has_many(bits_of(Rules::changed(bytes)))) break;
      if (all(bytes == bytes[0]) && !(Rules::kJoinsLineEnds && bytes[0] == '\r')) {
        const Written& written = Rules::kTable[bytes[0]];
        write_run({written.text.data(), written.size});
      } else {
        write_by_table(kBlockBytes);
      }
    }
    if (!is_done) write_by_table(1);
  }

  void write_by_table(size_t count) {
    const char* const end = at_ + count;
    const char* at = at_;
    char* to = to_;
    while (at != end) to = write_changed(to, at++);
    at_ = at;
    to_ = to;
  }

  // Writes the byte at `at` and returns the end of the output.
  char* write_changed(char* to, const char* at) const {
    const Written& written = Rules::kTable[static_cast<uint8_t>(*at)];
    std::memcpy(to, &written, sizeof written);
    if constexpr (Rules::kJoinsLineEnds)
      if (*at == '\r' && at + 1 != end_ && at[1] == '\n') return to;
    return to + written.size;
  }

  // Writes characters above ASCII, and ASCII between them, up to a byte that is ill-formed or needs a change.
  void write_characters() {
    while (left() >= kBlockBytes && !is_full()) {
      const Block bytes = load_block(at_);
      const uint32_t changed = bits_of(Rules::changed(bytes));
      const size_t well_formed = well_formed_size(bytes);
      const size_t size = changed == 0 ? well_formed : std::min(well_formed, first_of(changed));
      if (size == 0) break;
      store_block(to_, bytes);
      to_ += size;
      at_ += size;
    }
    if (at_ != end_ && is_above_ascii(*at_) && !is_full()) write_repaired();
  }

  // Writes bytes above ASCII up to the end of a block, and replaces ill-formed parts.
  void write_repaired() {
    const Block bytes = left() >= kBlockBytes ? load_block(at_) : load_part_of_block(at_, left());
    if (left() >= kBlockBytes && is_never_well_formed(bytes[0]) && all(bytes == bytes[0]))
      return write_run(kReplacementCharacter);
    const Utf8Repair repair = repair_of(bytes);
    const size_t size = std::min(repair.size, first_of(bits_of(bytes < 0x80) | 1u << kBlockBytes));
    char* to = to_;
    for (size_t index = 0; index < size; ++index) {
      const bool kept = (repair.kept >> index & 1) != 0;
      std::memcpy(to, kReplacementCharacter.data(), kReplacementCharacter.size());
      if (kept) *to = at_[index];
      to += kept ? 1 : (repair.replaced >> index & 1) * kReplacementCharacter.size();
    }
    to_ = to;
    at_ += size;
  }

  // Writes `written` for each byte of a run: a block of one repeated byte, and all equal blocks that follow.
  void write_run(std::string_view written) {
    std::array<char, kBlockBytes * sizeof(Written::text)> block = {};
    for (size_t index = 0; index < kBlockBytes; ++index)
      std::memcpy(block.data() + index * written.size(), written.data(), written.size());
    const char byte = *at_;
    do {
      if (is_full()) make_room();
      std::memcpy(to_, block.data(), block.size());
      to_ += kBlockBytes * written.size();
      at_ += kBlockBytes;
    } while (left() >= kBlockBytes && all(load_block(at_) == static_cast<uint8_t>(byte)));
  }

  Sink& sink_;
  const char* at_;
  const char* const end_;
  char* to_;
  const char* last_;
};

template <class Rules>
void append_string(std::string& out, std::string_view text) {
  StringSink sink(out, text.size() + kQuotesBytes);
  Writer<Rules, StringSink> writer(sink, text);
  writer.put('"');
  writer.write();
  writer.put('"');
  writer.finish();
}

template <class Rules>
void append_string(TextBuffer& out, std::string_view text) {
  static_assert(kCopyOverrun <= TextBuffer::kSpareBytes);
  char* const to = out.room(text.size() + kQuotesBytes);
  *to = '"';
  const size_t plain = Rules::copy(to + 1, text);
  char* const end = to + 1 + plain;
  if (plain == text.size()) {  // the most frequent kind of string: an ID or a message in plain ASCII
    *end = '"';
    return out.end_at(end + 1);
  }
  out.end_at(end);
  BufferSink sink(out, text.size() - plain + 1);
  Writer<Rules, BufferSink> writer(sink, text.substr(plain));
  writer.write();
  writer.put('"');
  writer.finish();
}

template <class Sink, class Out>
void append_on_one_line(Out& out, std::string_view text) {
  Sink sink(out, text.size());
  Writer<OneLine, Sink> writer(sink, text);
  writer.write();
  writer.finish();
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) { append_string<String>(out, text); }
void append_json_string(TextBuffer& out, std::string_view text) { append_string<String>(out, text); }

void append_json_string_of_lines(std::string& out, std::string_view text) {
  append_string<StringOfLines>(out, text);
}
void append_json_string_of_lines(TextBuffer& out, std::string_view text) {
  append_string<StringOfLines>(out, text);
}

void append_json_on_one_line(std::string& out, std::string_view text) {
  append_on_one_line<StringSink>(out, text);
}
void append_json_on_one_line(TextBuffer& out, std::string_view text) { append_on_one_line<BufferSink>(out, text); }

void append_json_member(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
  append_json_string(out, value);
}

void append_json_for_terminal(std::string& out, std::string_view json) {
  for (size_t at = 0; at < json.size();) {
    const Utf8Step step = utf8_step(json, at);
    if (!step.valid)
      out += kReplacementCharacter;
    else if (is_terminal_control(step.code_point))
      append_hex(out += "\\u", step.code_point, 4);
    else
      out.append(json, at, step.size);
    at += step.size;
  }
}

}  // namespace penstock
