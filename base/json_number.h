// Checks of JSON numbers.
#pragma once

#include <cstddef>
#include <string_view>

namespace penstock {

// Returns whether text is a number in JSON's grammar (RFC 8259, section 6): no NaN, no leading zeros, no plus
// sign.
bool is_json_number(std::string_view text);

// Size limit of a portable number. Jackson, the parser of OpenSearch and Elasticsearch, rejects a document with a
// number of more than 1,000 bytes; no measured value needs a tenth of that.
inline constexpr size_t kMaxPortableNumberBytes = 100;

// Returns whether text is a JSON number that all JSON readers can hold: short, with an exponent of at most 999,
// and, as a double, neither infinite nor too small.
bool is_portable_json_number(std::string_view text);

}  // namespace penstock
