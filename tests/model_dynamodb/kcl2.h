// The calls that a worker of Amazon's Kinesis Client Library 2.x makes on a lease table: those of its class
// DynamoDBLeaseRefresher, with the parameters that DynamoDBLeaseSerializer and DynamoDBMultiStreamLeaseSerializer
// build. Written from their source, https://github.com/awslabs/amazon-kinesis-client, v2.6.0. KCL still uses
// Expected and AttributeUpdates, and keeps its view of each lease in memory.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/model_dynamodb/table_client.h"

namespace penstock::dynamodb {

struct Kcl2Lease {
  std::string key;
  std::optional<std::string> owner;
  int64_t counter = 0;
  std::string checkpoint = "TRIM_HORIZON";
  int64_t sub_sequence_number = 0;
  int64_t owner_switches = 0;
  std::vector<std::string> parents;
  std::vector<std::string> children;
  std::string starting_hash_key, ending_hash_key;  // "": unknown
  std::string stream_id, shard_id;                 // of leases for several streams

  friend bool operator==(const Kcl2Lease&, const Kcl2Lease&) = default;
};

// A call that failed for another reason than its condition. KCL throws an exception too, and what it has done
// before that stays done.
struct KclError {
  std::string code;  // of the service; "": no whole response
};

class Kcl2 {
 public:
  // REQUIRES: the client outlives it.
  Kcl2(const TableClient& client, std::string table, std::string worker)
      : client_(client), table_(std::move(table)), worker_(std::move(worker)) {}

  bool create_table();
  // Each of the following throws KclError.
  // Returns all rows as KCL reads them, or nullopt if it would fail on one.
  std::optional<std::vector<Kcl2Lease>> list(size_t limit = 0, const std::string& stream_id = "");
  std::optional<Kcl2Lease> get(const std::string& key);
  // Returns whether the table has no row at all.
  bool is_empty();
  // The writes return false if the condition did not hold. On success, they also update `lease`.
  bool create(const Kcl2Lease& lease);
  bool renew(Kcl2Lease& lease);
  bool take(Kcl2Lease& lease);
  bool evict(Kcl2Lease& lease);
  // updateLease: the checkpoint and the attributes that go with it.
  bool checkpoint(Kcl2Lease& lease, const std::string& sequence_number, int64_t sub_sequence_number);
  // updateLeaseWithMetaInfo.
  bool set_children(Kcl2Lease& lease, const std::vector<std::string>& children);
  void remove(const std::string& key);

 private:
  bool update(const Kcl2Lease& lease, const std::string& expected, const std::string& updates);

  const TableClient& client_;
  std::string table_;
  std::string worker_;
};

}  // namespace penstock::dynamodb
