// What an onlooker sees of a table of leases: who has what, what changed hands, whether positions only go forward.
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
  // The client outlives it.
  LeaseWatch(const dynamodb::TableClient& client, const std::string& table) : table_(client, table, "onlooker") {}

  // One scan. A table that is not there (yet) shows nothing new.
  void look();

  // The rest is as of the last look, or of all looks. Owners are told by the name that the host bears in the
  // worker's id, APPLICATION:HOST:DIGITS.
  std::set<std::string> shards_of(const std::string& host) const;
  // Whether each of these hosts has as many leases as the others, and nobody else has any.
  bool in_balance(const std::set<std::string>& hosts) const;
  std::string checkpoint(const std::string& shard) const;
  // The counters of this host's leases, by shard.
  std::map<std::string, int64_t> counters_of(const std::string& host) const;
  // All rows in a line, for a failure's message.
  std::string text() const;

  // A lease that went from one owner to another without having been set free; checkpoint: where the new one goes
  // on from, or an earlier one. "": it was no sequence number.
  struct Takeover {
    std::string shard, checkpoint;
  };
  const std::vector<Takeover>& takeovers() const { return takeovers_; }
  size_t takeovers_of(const std::set<std::string>& shards) const;
  // Each checkpoint that was behind the one seen before.
  const std::vector<std::string>& steps_back() const { return steps_back_; }

 private:
  dynamodb::OurWorker table_;
  std::map<std::string, leases::Lease> rows_;  // by shard
  std::vector<Takeover> takeovers_;
  std::vector<std::string> steps_back_;
};

}  // namespace penstock::emulators
