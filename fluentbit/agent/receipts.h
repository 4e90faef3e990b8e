// Receipts of records, concatenated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "abi/penstock.h"

namespace penstock::fluentbit {

// Redeems receipts, and returns how many bytes of them are processed: fewer than all if memory is short; the rest
// can be redeemed later. A rejected receipt counts as processed.
inline size_t redeem(const penstock_receipts& calls, std::string_view receipts, int32_t outcome) noexcept {
  for (size_t at = 0; at < receipts.size(); at += PENSTOCK_RECEIPT_BYTES)
    if (calls.redeem({receipts.data() + at, PENSTOCK_RECEIPT_BYTES}, outcome) == PENSTOCK_E_MEMORY) return at;
  return receipts.size();
}

}  // namespace penstock::fluentbit
