// The output stream as its consumers see it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/model_kinesis/service.h"
#include "tests/simulator/checker.h"

namespace penstock::simulator {

// A record of the output stream, or a user record of an aggregated one.
struct SinkRecord {
  std::string key;
  std::optional<std::string> explicit_hash_key;
  std::string data;
};

// Returns what a consumer that uses the KCL reads from a record: nothing from an aggregated record, if one of its
// hash keys is outside the shard's range.
std::vector<SinkRecord> read_as_consumer(const model::Shard& shard, const model::Record& record);

class Sink {
 public:
  // REQUIRES: the references outlive it.
  Sink(model::Service& kinesis, Checker& checker) : kinesis_(kinesis), checker_(checker) {}

  // Reports to the checker what has arrived in the stream since the last call.
  void look();

 private:
  void read(const model::Shard& shard, const model::Record& record);

  model::Service& kinesis_;
  Checker& checker_;
  std::map<uint32_t, uint64_t> seen_;  // records, by shard
};

}  // namespace penstock::simulator
