// Writing whole texts to a descriptor.
#pragma once

#include <string_view>

namespace penstock::host {

// Writes all of text, and waits for the reader if it must. Returns what is left after an error, which is in errno.
std::string_view write_all(int fd, std::string_view text);

// Writes all of text to standard output. False, with a message on standard error: it cannot be written.
[[nodiscard]] bool print(std::string_view text);

}  // namespace penstock::host
