// Conversions between the ABI's penstock_bytes and std::string_view.
#pragma once

#include <string_view>

#include "abi/penstock.h"

namespace penstock {

inline std::string_view view(penstock_bytes bytes) {
  return bytes.size == 0 ? std::string_view() : std::string_view(bytes.data, bytes.size);
}

inline penstock_bytes bytes(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace penstock
