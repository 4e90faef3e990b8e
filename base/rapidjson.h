// RapidJSON; include this header instead of RapidJSON's own. With kParseNumbersAsStringsFlag, which asks for
// numbers as text, the reader of this header accepts every JSON number. RapidJSON by default rejects a number that
// does not fit a double, even though the flag means that no double is computed, and one such number fails the
// whole document.
//
// The change uses RapidJSON's error hook, RAPIDJSON_PARSE_ERROR, which ignores kParseErrorNumberTooBig here. The
// reader then continues with the next digit of the integer or exponent.
#pragma once

#ifdef RAPIDJSON_READER_H_
#error "include base/rapidjson.h in place of RapidJSON's own headers"
#endif

#include "base/text.h"

namespace penstock::any_number {

// Returns whether the character after the current one is a digit. REQUIRES: stream is at a digit and in memory,
// and either knows its end or ends with a NUL byte.
template <class Stream>
bool is_before_digit(const Stream& stream) {
  if constexpr (requires { stream.end_; })
    return stream.src_ + 1 < stream.end_ && is_digit(stream.src_[1]);
  else
    return is_digit(stream.src_[1]);
}

// Takes all digits of number but the last, which the reader takes itself. number reads from stream. The digits are
// taken here because the reader would also count them, in an int, which overflows for a long exponent.
template <class Number, class Stream>
void take_digits_but_the_last(Number& number, const Stream& stream) {
  while (is_digit(number.Peek()) && is_before_digit(stream)) number.TakePush();
}

}  // namespace penstock::any_number

// s and copy are variables of GenericReader::ParseNumber(), the only place where this error occurs.
#define PENSTOCK_PASS_NUMBER(code, offset)                                                     \
  do {                                                                                         \
    if constexpr ((parseFlags & kParseNumbersAsStringsFlag) != 0 && requires { copy.s.src_; }) \
      ::penstock::any_number::take_digits_but_the_last(s, copy.s);                             \
    else                                                                                       \
      PENSTOCK_STOP_READING(code, offset);                                                     \
  } while (false)

// RapidJSON's default behavior.
#define PENSTOCK_STOP_READING(code, offset)       \
  do {                                            \
    RAPIDJSON_PARSE_ERROR_NORETURN(code, offset); \
    RAPIDJSON_PARSE_ERROR_EARLY_RETURN_VOID;      \
  } while (false)

// Selects the macro by error code. PENSTOCK_ON_kParseErrorNumberTooBig expands to two arguments, so
// PENSTOCK_SECOND returns PENSTOCK_PASS_NUMBER; for all other codes it returns PENSTOCK_STOP_READING.
#define PENSTOCK_ON_kParseErrorNumberTooBig kParseErrorNumberTooBig, PENSTOCK_PASS_NUMBER
#define PENSTOCK_SECOND(first, second, ...) second
#define PENSTOCK_SECOND_OF(...) PENSTOCK_SECOND(__VA_ARGS__)
#define RAPIDJSON_PARSE_ERROR(code, offset) \
  PENSTOCK_SECOND_OF(PENSTOCK_ON_##code, PENSTOCK_STOP_READING, )(code, offset)

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
