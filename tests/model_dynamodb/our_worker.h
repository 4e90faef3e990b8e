// For tests: a worker of Penstock on a table, with blocking calls, and leases to compare.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/leases/lease_table.h"
#include "tests/model_dynamodb/table_client.h"

namespace penstock::dynamodb {

class OurWorker {
 public:
  // REQUIRES: the client outlives it.
  OurWorker(const TableClient& client, const std::string& table, std::string id)
      : table_(client.service_call(), table, "us-east-1"), id_(std::move(id)) {}

  const std::string& id() const { return id_; }
  Result<bool> prepare(const leases::LeaseTableDefinition& definition);
  Result<leases::LeaseList> scan();
  std::optional<leases::Lease> get(const std::string& key);
  Result<leases::LeaseWriteResult> create(const leases::Lease& lease);
  Result<leases::LeaseWriteResult> replace(const leases::Lease& seen, const leases::Lease& lease);
  Result<leases::LeaseWriteResult> take(const leases::Lease& seen, const leases::LeaseChange& change = {});
  Result<leases::LeaseWriteResult> renew(const std::string& key, int64_t counter,
                                         const leases::LeaseChange& change = {});
  Result<leases::LeaseWriteResult> evict(const std::string& key);
  Result<leases::LeaseWriteResult> remove(const std::string& key, int64_t counter);

 private:
  leases::LeaseTable table_;
  std::string id_;
};

inline constexpr auto kDone = leases::LeaseWriteResult::Outcome::done;
inline constexpr auto kDoneBefore = leases::LeaseWriteResult::Outcome::done_before;
inline constexpr auto kConflict = leases::LeaseWriteResult::Outcome::conflict;

// Returns a lease with all attributes that a new one can have.
leases::Lease full_lease(const std::string& key);
// Returns the whole lease on one line, for comparisons.
std::string to_string(const leases::Lease& lease);
std::string to_string(const std::optional<leases::Lease>& lease);

}  // namespace penstock::dynamodb
