// What workers of KCL 3 leave in a lease table besides leases, and what it means for ours.
//
// KCL 3 can divide the leases as KCL 2.x does, which is what fleets do that still have workers of KCL 2.x. Later,
// its leader assigns all leases, and no worker takes one. The phase is the client version (cv) in the row
// Migration3.0 (class MigrationState, https://github.com/awslabs/amazon-kinesis-client). Since KCL 3.5 that row is
// in the lease table; KCL 3.0 to 3.4 have it in a table of its own.
#pragma once

#include <string>

#include "base/status.h"

namespace penstock::leases {

struct Kcl3Traces {
  std::string row;             // description of a row that is not a lease; "": none
  std::string client_version;  // in the row Migration3.0; "": no such row
  std::string throughput_row;  // key of a lease with the throughput that KCL 3 measured; "": none

  void merge(Kcl3Traces other);

  // Returns Code::config unless the leases are divided as by KCL 2.x. Unknown versions are refused.
  Status shared() const;
  // Returns a warning if workers of KCL 3 use the table, but their client version is not in it; "" otherwise.
  // has_index: the table has kKcl3OwnerIndex.
  std::string warning(bool has_index) const;
};

// The index that workers of KCL 3 create when they migrate from 2.x.
inline constexpr char kKcl3OwnerIndex[] = "LeaseOwnerToLeaseKeyIndex";

}  // namespace penstock::leases
