// One suite for the table of leases, on the model and on an emulator: a program that holds it says how to get to
// them.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/leases/lease_table.h"
#include "tests/model_dynamodb/kcl2.h"
#include "tests/model_dynamodb/table_client.h"

namespace penstock::dynamodb {

// What sends to the service of that name, which lives as long; nothing where it is not to be had, with why.
// Defined by the program.
std::optional<TableClient::Send> connect_table_service(const std::string& name, std::string& why);

int64_t unix_now_ms();

// A worker of ours whose calls return when they are answered.
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

class lease_table : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override;

  // A row of that JSON, as somebody else put it there.
  void put(const std::string& item);
  // An attribute's value as JSON's text or number has it; "" where it is not there.
  std::string attribute(const std::string& key, const std::string& name, const std::string& type);

  std::unique_ptr<TableClient> client;
  std::string table;
  std::unique_ptr<OurWorker> us, them;  // workers "us" and "them", both ours
  std::unique_ptr<Kcl2> kcl;
};

}  // namespace penstock::dynamodb
