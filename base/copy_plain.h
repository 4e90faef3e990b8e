// Copying of text that a JSON string contains as it is, with the widest vectors of the processor.
//
// Why: most of the bytes of a record are copied by this loop. With AVX-512, one step handles 64 bytes, and the
// rest at the end needs no loop of its own.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace penstock {

// Copies text up to the first byte that is not plain: a control character, a quote, a backslash, or a byte above
// ASCII. Returns the number of bytes copied. Writes up to kCopyOverrun bytes after them. REQUIRES: text.size() +
// kCopyOverrun bytes may be written at `to`.
size_t copy_plain(char* to, std::string_view text);
inline constexpr size_t kCopyOverrun = 63;

// All versions of copy_plain(), for tests: null if the processor lacks what a version needs.
using CopyPlain = size_t (*)(char* to, std::string_view text);
std::array<CopyPlain, 3> versions_of_copy_plain();

}  // namespace penstock
