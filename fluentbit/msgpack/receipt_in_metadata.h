// Where the receipt of a record is while the agent carries it: a member of its metadata, which filters keep.
#pragma once

#include <string>
#include <string_view>

namespace penstock::fluentbit {

inline constexpr std::string_view kReceiptKey = "penstock";

// Appends the receipts in a record's metadata, PENSTOCK_RECEIPT_BYTES each: several where the agent has made one
// record of as many.
void append_receipts(std::string& out, std::string_view metadata);

}  // namespace penstock::fluentbit
