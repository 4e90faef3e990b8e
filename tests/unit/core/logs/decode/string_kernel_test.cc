// All kernels agree with a byte-by-byte scan of a string.
#include "core/logs/decode/string_kernel.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace penstock::logs {
namespace {

constexpr size_t kMoveBytes = StringKernel::kMoveBytes;

struct SimpleString {
  size_t size = 0;                     // up to the closing quote
  std::optional<size_t> first_escape;  // index
  std::string text;                    // without escapes
};

std::optional<uint32_t> code_unit(std::string_view text, size_t at) {
  const std::string_view digits = text.substr(std::min(at, text.size()), 6);
  if (digits.size() < 6 || !digits.starts_with("\\u")) return std::nullopt;
  if (digits.find_first_not_of("0123456789abcdefABCDEF", 2) != std::string_view::npos) return std::nullopt;
  return static_cast<uint32_t>(std::stoul(std::string(digits.substr(2)), nullptr, 16));
}

// Returns nullopt if text does not begin with the rest of a valid JSON string.
std::optional<SimpleString> read_simply(std::string_view text) {
  constexpr std::string_view kEscaped = "\"\\/bfnrt";
  constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
  SimpleString string;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      string.size = at;
      return string;
    }
    if (static_cast<unsigned char>(c) < 0x20) return std::nullopt;
    if (c != '\\') {
      string.text += c;
      ++at;
      continue;
    }
    if (!string.first_escape) string.first_escape = at;
    const size_t kind = at + 1 < text.size() ? kEscaped.find(text[at + 1]) : std::string_view::npos;
    std::array<char, 4> character;
    if (kind != std::string_view::npos) {
      string.text += kMeaning[kind];
      at += 2;
    } else if (const std::optional<uint32_t> unit = code_unit(text, at)) {
      at += 6;
      uint32_t code_point = *unit;
      if (code_point >= 0xD800 && code_point < 0xE000) {
        const uint32_t next = code_point < 0xDC00 ? code_unit(text, at).value_or(0) : 0;
        const bool is_pair = next >= 0xDC00 && next < 0xE000;
        code_point = is_pair ? 0x10000 + ((code_point - 0xD800) << 10) + (next - 0xDC00) : 0xFFFD;
        if (is_pair) at += 6;
      }
      string.text.append(character.data(), put_utf8(character.data(), code_point));
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

void expect_reads_as_simply(const StringKernel& kernel, const std::string& rest_of_string) {
  const std::optional<SimpleString> expected = read_simply(rest_of_string);
  std::string buffer = std::string(kMoveBytes, '<') + rest_of_string + std::string(64, '\0');
  const std::string before = buffer;
  char* const begin = buffer.data() + kMoveBytes;
  StretchEscapes escapes;
  const EscapedString found = kernel.find_end(begin, escapes);
  ASSERT_EQ(buffer, before) << kernel.name;
  ASSERT_EQ(found.end != nullptr, expected.has_value()) << kernel.name << ": " << rest_of_string;
  if (!expected) return;
  ASSERT_EQ(static_cast<size_t>(found.end - begin), expected->size) << kernel.name << ": " << rest_of_string;
  ASSERT_EQ(found.first_escape != nullptr, expected->first_escape.has_value()) << kernel.name;
  if (found.first_escape != nullptr)
    ASSERT_EQ(static_cast<size_t>(found.first_escape - begin), *expected->first_escape) << kernel.name;
  char* const to = buffer.data();
  const char* const end = kernel.unescape(to, begin, found.end, escapes);
  ASSERT_EQ(std::string_view(to, static_cast<size_t>(end - to)), expected->text)
      << kernel.name << ": " << rest_of_string;
  const size_t after = kMoveBytes + expected->size;
  ASSERT_EQ(buffer.substr(after), before.substr(after)) << kernel.name << ": " << rest_of_string;
}

void expect_all_read_as_simply(const std::string& rest_of_string) {
  for (const StringKernel* kernel : string_kernels())
    if (kernel != nullptr) expect_reads_as_simply(*kernel, rest_of_string);
}

TEST(string_kernel, each_escape_is_read_at_each_place_in_a_stretch) {
  for (const char* escape : {"\\n", "\\\"", "\\\\", "\\/", "\\r", "\\u00e9", "\\ud83d\\ude00", "\\ud83d",
                             "\\ude00x", "\\x", "\\u12g4", "\\", "\x1f", "\x7f", "\"", "\xC3\xA9"})
    for (size_t before = 0; before < 140; ++before)
      for (const size_t after : {size_t{0}, size_t{1}, size_t{62}, size_t{63}, size_t{64}})
        expect_all_read_as_simply(std::string(before, 'a') + escape + std::string(after, 'b') +
                                  "\" : \"next\\n\"");
}

TEST(string_kernel, runs_of_backslashes_are_read_in_pairs) {
  for (size_t before = 0; before < 70; ++before)
    for (size_t backslashes = 0; backslashes < 140; ++backslashes)
      expect_all_read_as_simply(std::string(before, 'a') + std::string(backslashes, '\\') + "\" tail\"");
}

TEST(string_kernel, many_quotes_and_backslashes_are_unescaped_at_any_distance) {
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (size_t left = random() % 40; left > 0; --left) {
      text.append(random() % 12, static_cast<char>('a' + random() % 26));
      text += random() % 4 == 0 ? "\\\\" : "\\\"";
    }
    if (random() % 8 == 0) text += "\\n";
    expect_all_read_as_simply(text + "\",\"next\":\"\\n\"");
    if (HasFatalFailure()) return;
  }
}

TEST(string_kernel, random_strings_are_read_as_by_a_simple_scan) {
  constexpr std::array<std::string_view, 20> kPieces = {"a",
                                                        "plain text",
                                                        "\\\"",
                                                        "\\\\",
                                                        "\\n",
                                                        "\\t",
                                                        "{\\\"level\\\":\\\"INFO\\\"}",
                                                        "n",
                                                        "\\u0041",
                                                        "\\b",
                                                        "\\/",
                                                        "\\ud83d",
                                                        "\\ude00",
                                                        "\xE2\x82\xAC",
                                                        "t",
                                                        "\\r\\n",
                                                        "0123456789abcdef0123456789abcdef",
                                                        "\\\\\\\"",
                                                        "\\f",
                                                        "'"};
  std::mt19937 random(20260914);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const size_t pieces = random() % 8 == 0 ? random() % 400 : random() % 24;  // up to more than 16 stretches
    for (size_t piece = 0; piece < pieces; ++piece) text += kPieces[random() % kPieces.size()];
    if (random() % 16 == 0 && !text.empty()) text[random() % text.size()] = static_cast<char>(random());
    expect_all_read_as_simply(text + "\",\"next\":\"\\n\"");
    if (HasFatalFailure()) return;
  }
}

TEST(string_kernel, a_string_without_an_end_is_not_valid) {
  for (size_t size = 0; size < 200; ++size) expect_all_read_as_simply(std::string(size, 'a'));
}

TEST(string_kernel, the_fastest_kernel_of_the_processor_is_selected) {
  const auto kernels = string_kernels();
  const StringKernel* fastest = nullptr;
  for (const StringKernel* kernel : kernels)
    if (kernel != nullptr) fastest = kernel;
  EXPECT_EQ(&string_kernel(), fastest);
}

}  // namespace
}  // namespace penstock::logs
