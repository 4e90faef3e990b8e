// Converts msgpack to JSON.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/text_buffer.h"

namespace penstock::fluentbit {

// Maximum levels of maps and arrays. The agent itself reads 32.
inline constexpr size_t kMaxMsgpackDepth = 100;

// Appends the first value in msgpack_value as JSON on one line. Numbers get the shortest form that reads back the
// same; floating-point numbers keep a point or an exponent. What JSON lacks:
//   NaN, infinities                         null
//   binary                                  text
//   invalid UTF-8 in text                   U+FFFD, one for each maximal part
//   ext                                     text, each byte as \xHH: the agent's form of it, but valid JSON
//   keys: numbers, null, true, false        their JSON as text
//   keys: maps and arrays; values nested    text of their msgpack, in the form of ext: nothing is lost, and the
//   deeper than kMaxMsgpackDepth            output is at most a few times as large as the input
// Keeps all members with a repeated key. Returns false, with out unchanged, for a truncated or malformed value.
bool append_json(TextBuffer& out, std::string_view msgpack_value);

}  // namespace penstock::fluentbit
