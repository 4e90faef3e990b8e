// msgpack to JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace penstock::fluentbit {

// Maps and arrays in one another, at most. The agent itself reads 32.
inline constexpr size_t kMaxMsgpackDepth = 100;

// Appends the one value that msgpack_value begins with as JSON on one line. Numbers are the shortest that read
// back the same, and those that were floating keep a point or an exponent. What JSON does not have:
//   NaN, infinities                         null
//   binary                                  text
//   bytes of a text that are no UTF-8       U+FFFD, one for each maximal part
//   ext                                     text, each byte as \xHH: the agent's form of it, but valid JSON
//   keys: numbers, null, true, false        their JSON as text
//   keys: maps and arrays; values nested    text as of ext, of their msgpack: nothing is lost, and of no key or
//   more than kMaxMsgpackDepth deep         depth does more come than a few times its bytes
// Of a repeated key all stay. false: the value is cut or no msgpack, and out is as it was.
bool append_json(std::string& out, std::string_view msgpack_value);

}  // namespace penstock::fluentbit
