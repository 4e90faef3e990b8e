// msgpack to JSON.
#pragma once

#include <string>
#include <string_view>

namespace penstock::fluentbit {

// Nested deeper than that, a value becomes null.
inline constexpr size_t kMaxMsgpackDepth = 500;

// Appends one value as JSON on one line; a value that is cut becomes null. What JSON does not have: NaN and
// infinity become null, binary becomes text, ext becomes its bytes in hexadecimal, a key that is no text becomes
// its JSON as text, broken UTF-8 becomes U+FFFD. Of a repeated key all stay.
void append_json(std::string& out, std::string_view msgpack_value);

}  // namespace penstock::fluentbit
