// Receipts, with which an output reports to an input in the same process that a record was delivered, through an
// agent that does not pass on ack_ids. Receipts are the only state that instances of this library share.
#pragma once

#include "abi/penstock.h"

namespace penstock::plugin {

extern const penstock_receipts kReceipts;

}  // namespace penstock::plugin
