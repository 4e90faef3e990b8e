// Base64, as records are carried in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace penstock::host {

// The bytes of text in standard base64 with padding (RFC 4648, 4); nullopt: it is not that.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace penstock::host
