// Receipts of records, one after the other in one text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "abi/penstock.h"

namespace penstock::fluentbit {

// Redeems receipts, and returns how many bytes of them it has dealt with: less than all if there is no memory, and
// the rest can be redeemed later. A receipt that is refused counts as dealt with.
inline size_t redeem(const penstock_receipts& calls, std::string_view receipts, int32_t outcome) noexcept {
  for (size_t at = 0; at < receipts.size(); at += PENSTOCK_RECEIPT_BYTES)
    if (calls.redeem({receipts.data() + at, PENSTOCK_RECEIPT_BYTES}, outcome) == PENSTOCK_E_MEMORY) return at;
  return receipts.size();
}

}  // namespace penstock::fluentbit
