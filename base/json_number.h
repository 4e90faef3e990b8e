// Numbers as JSON writes them.
#pragma once

#include <cstddef>
#include <string_view>

namespace penstock {

// Whether text is a number by JSON's grammar (RFC 8259, 6): no NaN, no leading zeros, no plus sign.
bool is_json_number(std::string_view text);

// The longest number that counts as portable. Jackson, the parser of OpenSearch and Elasticsearch, rejects a
// document with one of more than 1,000 bytes; nothing that is measured needs a tenth of that.
inline constexpr size_t kMaxPortableNumberBytes = 100;

// Whether text is a number by JSON's grammar that readers of JSON can hold: short, with an exponent of at most
// 999, and as a double neither infinite nor too small.
bool is_portable_json_number(std::string_view text);

}  // namespace penstock
