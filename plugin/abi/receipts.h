// Receipts: how an output tells an input of the same process that a record has arrived, through an agent that
// carries no ack_id. The one thing that instances of this library share.
#pragma once

#include "abi/penstock.h"

namespace penstock::plugin {

extern const penstock_receipts kReceipts;

}  // namespace penstock::plugin
