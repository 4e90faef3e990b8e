// Response parsers of the calls to the lease table, as pure functions.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "core/leases/kcl3.h"
#include "core/leases/lease.h"

namespace penstock::leases {

struct LeaseTableState {
  std::string status;      // CREATING, ACTIVE, ...
  bool of_leases = false;  // its only key is leaseKey, a string
  bool has_kcl3_index = false;
};

struct LeasePage {
  std::vector<Lease> leases;
  std::vector<std::string> unreadable;  // keys of rows that are neither leases nor of KCL 3
  Kcl3Traces kcl3;
  std::string ended_after;  // key after which to continue; "": last page
};

// All return Code::transient if the text is not the response that the service documents.
Result<LeaseTableState> read_describe_table(std::string body);
Result<LeasePage> read_scan(std::string body);
// Returns the item of GetItem, or the attributes of UpdateItem; nullopt if the response has none. Code::invalid if
// it has them and they are not a lease.
Result<std::optional<Lease>> read_lease(std::string body);

}  // namespace penstock::leases
