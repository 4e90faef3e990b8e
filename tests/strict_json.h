// A strict reader of JSON (RFC 8259) in UTF-8, for tests. It keeps the position of each part, so that parts can be
// compared byte for byte. Independent of the product's readers, because it checks them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::strict_json {

// Parts as written; views point into the text that was read.
struct Member {
  std::string_view name;  // without its quotes; empty in an array
  std::string_view value;
};
struct Value {
  char kind = 0;                 // the first byte of the text: {, [, ", -, a digit, t, f, n
  std::vector<Member> members;   // of an object or array, in order
  size_t depth = 0;              // how deep objects and arrays are nested
  bool has_huge_number = false;  // one that may exceed the range of a double
};

// Returns the length of the well-formed UTF-8 character at text[at], or 0 if none begins there.
inline size_t utf8_size(std::string_view text, size_t at) {
  const auto byte = [&](size_t index) { return static_cast<uint8_t>(text[at + index]); };
  const size_t size = byte(0) < 0x80 ? 1 : byte(0) < 0xC0 ? 0 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  if (size < 2 || byte(0) > 0xF4 || text.size() - at < size) return size == 1 ? 1 : 0;
  uint32_t code_point = byte(0) & (0xFFU >> (size + 1));
  for (size_t index = 1; index < size; ++index) {
    if ((byte(index) & 0xC0) != 0x80) return 0;
    code_point = code_point << 6 | (byte(index) & 0x3FU);
  }
  constexpr uint32_t kFirstOfSize[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  return code_point < kFirstOfSize[size] || code_point > 0x10FFFF || is_surrogate ? 0 : size;
}

inline void append_utf8(std::string& out, uint32_t code_point) {
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
    return;
  }
  const int more = code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
  out += static_cast<char>((0xFFU << (7 - more)) | code_point >> (6 * more));
  for (int index = more - 1; index >= 0; --index)
    out += static_cast<char>(0x80U | (code_point >> (6 * index) & 0x3FU));
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // Reads the value at the start of the text, as far as it goes.
  std::optional<Value> value() {
    Value result;
    std::vector<char> closing;
    blanks();
    result.kind = at_ < text_.size() ? text_[at_] : '\0';
    Member member;
    size_t from = at_;
    while (true) {
      blanks();
      if (closing.size() == 1) from = at_;
      bool is_whole = true;
      if (take('{') || take('[')) {
        closing.push_back(text_[at_ - 1] == '{' ? '}' : ']');
        result.depth = std::max(result.depth, closing.size());
        blanks();
        is_whole = take(closing.back());
        if (is_whole)
          closing.pop_back();
        else if (closing.back() == '}' && !name(closing.size(), member))
          return {};
      } else if (!scalar(result)) {
        return {};
      }
      // After a value: the ends of enclosing objects and arrays, or a comma.
      while (is_whole) {
        if (closing.empty()) return result;
        if (closing.size() == 1) {
          member.value = text_.substr(from, at_ - from);
          result.members.push_back(member);
        }
        blanks();
        if (take(',')) {
          blanks();
          if (closing.back() == '}' && !name(closing.size(), member)) return {};
          break;
        }
        if (!take(closing.back())) return {};
        closing.pop_back();
      }
    }
  }

  void blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  size_t at() const { return at_; }

 private:
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  size_t digits() {
    const size_t from = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ - from;
  }

  bool name(size_t depth, Member& member) {
    const size_t from = at_ + 1;
    if (!string()) return false;
    if (depth == 1) member.name = text_.substr(from, at_ - 1 - from);
    blanks();
    return take(':');
  }

  bool string() {
    if (!take('"')) return false;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (take('\\')) {
        if (at_ == text_.size()) return false;
        const char escaped = text_[at_++];
        if (std::string_view("\"\\/bfnrtu").find(escaped) == std::string_view::npos) return false;
        if (escaped == 'u' && !code_unit()) return false;
        continue;
      }
      const size_t size = utf8_size(text_, at_);
      if (size == 0 || static_cast<uint8_t>(text_[at_]) < 0x20) return false;
      at_ += size;
    }
    return take('"');
  }
  bool code_unit() {
    for (int digit = 0; digit < 4; ++digit, ++at_)
      if (at_ == text_.size() ||
          std::string_view("0123456789abcdefABCDEF").find(text_[at_]) == std::string_view::npos)
        return false;
    return true;
  }

  bool scalar(Value& result) {
    if (at_ == text_.size()) return false;
    if (text_[at_] == '"') return string();
    if (take("true") || take("false") || take("null")) return true;
    const size_t from = at_;
    take('-');
    if (!take('0') && digits() == 0) return false;
    if (take('.') && digits() == 0) return false;
    size_t exponent_digits = 0;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      exponent_digits = digits();
      if (exponent_digits == 0) return false;
    }
    result.has_huge_number = result.has_huge_number || exponent_digits > 2 || at_ - from > 300;
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

// Reads text that consists of one value and white space around it; nullopt if it does not.
inline std::optional<Value> read(std::string_view text) {
  Scanner scanner(text);
  std::optional<Value> value = scanner.value();
  scanner.blanks();
  if (scanner.at() != text.size()) return {};
  return value;
}

// Decodes what is between a string's quotes. Half a surrogate pair becomes U+FFFD.
inline std::string unescaped(std::string_view written) {
  const auto unit_at = [&](size_t at) -> uint32_t {
    if (written.size() - at < 6 || written[at] != '\\' || written[at + 1] != 'u') return 0;
    return static_cast<uint32_t>(std::stoul(std::string(written.substr(at + 2, 4)), nullptr, 16));
  };
  std::string text;
  for (size_t at = 0; at < written.size();) {
    if (written[at] != '\\') {
      text += written[at++];
      continue;
    }
    constexpr std::string_view kLetters = "bfnrt";
    constexpr std::string_view kControls = "\b\f\n\r\t";
    const char escaped = written[at + 1];
    if (escaped != 'u') {
      const size_t letter = kLetters.find(escaped);
      text += letter == std::string_view::npos ? escaped : kControls[letter];
      at += 2;
      continue;
    }
    uint32_t code_point = unit_at(at);
    at += 6;
    if (code_point >= 0xD800 && code_point <= 0xDFFF) {
      const uint32_t low = code_point < 0xDC00 && at < written.size() ? unit_at(at) : 0;
      const bool is_pair = low >= 0xDC00 && low <= 0xDFFF;
      code_point = is_pair ? 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
      if (is_pair) at += 6;
    }
    append_utf8(text, code_point);
  }
  return text;
}

// Decodes a JSON string with its quotes.
inline std::string string_of(std::string_view value) { return unescaped(value.substr(1, value.size() - 2)); }

// Returns the first member of that name, as written, or nullopt.
inline std::optional<std::string_view> member(const Value& object, std::string_view name) {
  for (const Member& found : object.members)
    if (unescaped(found.name) == name) return found.value;
  return {};
}

}  // namespace penstock::strict_json
