// Observes a lease table from outside: who holds what, what changed hands, and whether checkpoints only advance.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/model_dynamodb/our_worker.h"

namespace penstock::emulators {

class LeaseWatch {
 public:
  // REQUIRES: the client outlives the object.
  LeaseWatch(const dynamodb::TableClient& client, const std::string& table) : table_(client, table, "onlooker") {}

  // Scans the table once. A table that does not exist (yet) changes nothing.
  void look();

  // The following functions describe the last scan or all scans. They name owners by the host in the worker ID,
  // APPLICATION:HOST:DIGITS.
  std::set<std::string> shards_of(const std::string& host) const;
  // Returns whether each of these hosts has as many leases as the others, and no other worker has any.
  bool in_balance(const std::set<std::string>& hosts) const;
  std::string checkpoint(const std::string& shard) const;
  // Returns the counters of this host's leases, by shard.
  std::map<std::string, int64_t> counters_of(const std::string& host) const;
  // Returns all rows on one line, for the message of a failure.
  std::string text() const;

  // A lease that went from one owner to another without being released. `checkpoint` is where the new owner
  // starts, or an earlier position; "" if it was not a sequence number.
  struct Takeover {
    std::string shard, checkpoint;
  };
  const std::vector<Takeover>& takeovers() const { return takeovers_; }
  size_t takeovers_of(const std::set<std::string>& shards) const;
  // Returns each checkpoint that was lower than the one seen before.
  const std::vector<std::string>& steps_back() const { return steps_back_; }

 private:
  dynamodb::OurWorker table_;
  std::map<std::string, leases::Lease> rows_;  // by shard
  std::vector<Takeover> takeovers_;
  std::vector<std::string> steps_back_;
};

}  // namespace penstock::emulators
