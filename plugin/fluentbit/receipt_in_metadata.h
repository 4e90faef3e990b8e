// Where the receipt of a record is while the agent carries it: a member of its metadata, which filters keep.
#pragma once

#include <string_view>

namespace penstock::fluentbit {

inline constexpr std::string_view kReceiptKey = "penstock";

// The receipt in a record's metadata, PENSTOCK_RECEIPT_BYTES; empty: it has none.
std::string_view receipt_in(std::string_view metadata);

}  // namespace penstock::fluentbit
