// RapidJSON's event reader with SSE2 where the processor has it. In a namespace of its own, so that code of
// other files that uses RapidJSON without SSE2 is not mixed with it.
//
// With SSE2 the reader takes whole aligned blocks of 16 bytes: text that it reads in place must have
// kReaderPadding NUL bytes behind it. It then lets control characters 0x1A to 0x1F in strings pass.
#pragma once

#define RAPIDJSON_NAMESPACE penstock_rapidjson
#define RAPIDJSON_NAMESPACE_BEGIN namespace penstock_rapidjson {
#define RAPIDJSON_NAMESPACE_END }
#ifdef __SSE2__
#define RAPIDJSON_SSE2
#endif

#include <cstddef>

#include "base/json_memory.h"
#include "base/rapidjson.h"

namespace penstock {

using FastJsonReader =
    penstock_rapidjson::GenericReader<penstock_rapidjson::UTF8<>, penstock_rapidjson::UTF8<>, JsonMemory>;

inline constexpr size_t kReaderPadding = 16;

// Objects and arrays in one another, at most: the reader keeps 8 bytes for each.
inline constexpr int kMaxJsonDepth = 1000;

// In place, without recursion, any numbers, as they were written, one document of those that text holds.
inline constexpr unsigned kReaderFlags =
    penstock_rapidjson::kParseInsituFlag | penstock_rapidjson::kParseIterativeFlag |
    penstock_rapidjson::kParseNumbersAsStringsFlag | penstock_rapidjson::kParseStopWhenDoneFlag;

}  // namespace penstock
