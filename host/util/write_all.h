// Writes complete texts to a descriptor.
#pragma once

#include <string_view>

namespace penstock::host {

// Writes all of text, and waits for the reader if it must. On an error returns the rest; the error is in errno.
std::string_view write_all(int fd, std::string_view text);

// Writes all of text to standard output. On an error returns false, after a message on standard error.
[[nodiscard]] bool print(std::string_view text);

}  // namespace penstock::host
