// What the service answers about the table of leases, as pure functions.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "core/leases/lease.h"

namespace penstock::leases {

struct LeaseTableState {
  std::string status;      // CREATING, ACTIVE, ...
  bool of_leases = false;  // whether its only key is leaseKey, a string
};

struct LeasePage {
  std::vector<Lease> leases;
  std::vector<std::string> unreadable;  // keys
  std::string ended_after;              // the key to go on after; "": this was the last page
};

// All: Code::transient where the text is not the response that the service documents.
Result<LeaseTableState> read_describe_table(std::string body);
// Code::config at a row of KCL 3 that is no lease.
Result<LeasePage> read_scan(std::string body);
// The item of GetItem, or the attributes of UpdateItem; none: there are none. Code::invalid where they are there
// and are no lease.
Result<std::optional<Lease>> read_lease(std::string body);

}  // namespace penstock::leases
