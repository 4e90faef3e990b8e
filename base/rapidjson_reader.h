// RapidJSON's event reader, with SSE2 if the processor has it. It is in a namespace of its own, so that it does
// not mix with RapidJSON without SSE2 in other files.
//
// With SSE2, the reader loads whole aligned blocks of 16 bytes. Text that it reads in place must therefore be
// followed by kReaderPadding NUL bytes. With SSE2, RapidJSON 1.1.0 also accepts most control characters 0x1A to
// 0x1F in strings; later states of RapidJSON reject them.
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

// Maximum nesting of objects and arrays; the reader keeps 8 bytes for each level.
inline constexpr int kMaxJsonDepth = 1000;

// Parses one document in place and without recursion, stops at its end, and passes any number on as written.
inline constexpr unsigned kReaderFlags =
    penstock_rapidjson::kParseInsituFlag | penstock_rapidjson::kParseIterativeFlag |
    penstock_rapidjson::kParseNumbersAsStringsFlag | penstock_rapidjson::kParseStopWhenDoneFlag;

}  // namespace penstock
