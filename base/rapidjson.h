// RapidJSON, to be included in place of its own headers. Where kParseNumbersAsStringsFlag asks for the text of
// numbers, its reader here takes any number that JSON has. As it comes it refuses one that no double holds,
// although it then computes none, and one such number costs the whole document.
//
// RapidJSON's hook for errors, RAPIDJSON_PARSE_ERROR, lets kParseErrorNumberTooBig pass: the reader then goes on
// with the next digit of the integer or of the exponent.
#pragma once

#ifdef RAPIDJSON_READER_H_
#error "include base/rapidjson.h in place of RapidJSON's own headers"
#endif

#include "base/text.h"

namespace penstock::any_number {

// stream is at a digit, and in memory: either it knows its end, or a NUL byte ends it.
template <class Stream>
bool is_before_digit(const Stream& stream) {
  if constexpr (requires { stream.end_; })
    return stream.src_ + 1 < stream.end_ && is_digit(stream.src_[1]);
  else
    return is_digit(stream.src_[1]);
}

// number reads from stream. What is left, the reader takes itself; it would also count what it takes, which an int
// cannot for the digits of every exponent.
template <class Number, class Stream>
void take_digits_but_the_last(Number& number, const Stream& stream) {
  while (is_digit(number.Peek()) && is_before_digit(stream)) number.TakePush();
}

}  // namespace penstock::any_number

// s and copy are variables of GenericReader::ParseNumber(), the only place of that error.
#define PENSTOCK_PASS_NUMBER(code, offset)                                                     \
  do {                                                                                         \
    if constexpr ((parseFlags & kParseNumbersAsStringsFlag) != 0 && requires { copy.s.src_; }) \
      ::penstock::any_number::take_digits_but_the_last(s, copy.s);                             \
    else                                                                                       \
      PENSTOCK_STOP_READING(code, offset);                                                     \
  } while (false)

// What RapidJSON does by itself.
#define PENSTOCK_STOP_READING(code, offset)       \
  do {                                            \
    RAPIDJSON_PARSE_ERROR_NORETURN(code, offset); \
    RAPIDJSON_PARSE_ERROR_EARLY_RETURN_VOID;      \
  } while (false)

// One code has a second word, which then is the second; for all others it is PENSTOCK_STOP_READING.
#define PENSTOCK_ON_kParseErrorNumberTooBig kParseErrorNumberTooBig, PENSTOCK_PASS_NUMBER
#define PENSTOCK_SECOND(first, second, ...) second
#define PENSTOCK_SECOND_OF(...) PENSTOCK_SECOND(__VA_ARGS__)
#define RAPIDJSON_PARSE_ERROR(code, offset) \
  PENSTOCK_SECOND_OF(PENSTOCK_ON_##code, PENSTOCK_STOP_READING, )(code, offset)

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
