// For tests: a worker of ours at a table whose calls return when they are answered, and leases to compare.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/leases/lease_table.h"
#include "tests/model_dynamodb/table_client.h"

namespace penstock::dynamodb {

class OurWorker {
 public:
  // The client outlives it.
  OurWorker(const TableClient& client, const std::string& table, std::string id)
      : table_(client.service_call(), table, "us-east-1"), id_(std::move(id)) {}

  const std::string& id() const { return id_; }
  Result<bool> prepare(const LeaseTableDefinition& definition);
  Result<LeaseList> scan();
  std::optional<Lease> get(const std::string& key);
  Result<LeaseWrite> create(const Lease& lease);
  Result<LeaseWrite> replace(const Lease& seen, const Lease& lease);
  Result<LeaseWrite> take(const Lease& seen, const LeaseChange& change = {});
  Result<LeaseWrite> renew(const std::string& key, int64_t counter, const LeaseChange& change = {});
  Result<LeaseWrite> evict(const std::string& key);
  Result<LeaseWrite> remove(const std::string& key, int64_t counter);

 private:
  LeaseTable table_;
  std::string id_;
};

inline constexpr auto kDone = LeaseWrite::Outcome::done;
inline constexpr auto kDoneBefore = LeaseWrite::Outcome::done_before;
inline constexpr auto kRefused = LeaseWrite::Outcome::refused;

// A lease with all that one may have when it is made.
Lease whole_lease(const std::string& key);
// All of a lease in one line, for comparisons.
std::string text_of(const Lease& lease);
std::string text_of(const std::optional<Lease>& lease);

}  // namespace penstock::dynamodb
