// The receipt of a record while the agent holds it: a member of the record's metadata, which filters keep.
#pragma once

#include <string>
#include <string_view>

namespace penstock::fluentbit {

inline constexpr std::string_view kReceiptKey = "penstock";

// Appends the receipts in a record's metadata, PENSTOCK_RECEIPT_BYTES each. There are several if the agent has
// merged records.
void append_receipts(std::string& out, std::string_view metadata);

}  // namespace penstock::fluentbit
