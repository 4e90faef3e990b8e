// The inner loops of the fast path for subscription messages: finding the end of a JSON string, and unescaping it.
// There is one kernel for each width of vectors. The widest one that the processor has is selected at run time.
//
// Why: these loops take most of the time of splitting a message. With AVX-512, splitting takes a fifth to a
// quarter less time than with blocks of 16 bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace penstock::logs {

struct EscapedString {
  const char* end;           // the closing quote; null if this is not a valid JSON string
  const char* first_escape;  // null if the string has no escape
};

// Where escapes begin in the first stretches of 64 bytes of a string, so that unescape() need not find them again.
// Each stretch begins where the previous one ends. A stretch ends early if its last byte begins an escape.
struct StretchEscapes {
  static constexpr size_t kStretchBytes = 64;
  static constexpr size_t kStretches = 16;

  // Bits for bytes after the end of the string are meaningless.
  std::array<uint64_t, kStretches> bits;
};

struct StringKernel {
  const char* name;
  // Finds the end of the string whose text begins at `at`, and validates its escapes. Changes nothing. REQUIRES: a
  // control character (such as a NUL) follows the text, then 64 bytes that may be read.
  EscapedString (*find_end)(const char* at, StretchEscapes& found);
  // Unescapes the string that find_end() scanned, from `from` to `end`, and returns the end of the result. A lone
  // surrogate becomes U+FFFD. Writes nothing at or after end. REQUIRES: to is kMoveBytes before from, so that
  // whole blocks can be written without overwriting text that is still to be read.
  char* (*unescape)(char* to, const char* from, const char* end, const StretchEscapes& found);

  static constexpr size_t kMoveBytes = 32;
};

// Returns the character that a backslash and c stand for; NUL if c is u, or no escape.
char short_escape(char c);

const StringKernel& string_kernel();

// All kernels, for tests: null if the processor lacks what a kernel needs.
std::array<const StringKernel*, 3> string_kernels();

}  // namespace penstock::logs
