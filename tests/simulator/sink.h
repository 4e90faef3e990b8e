// The output stream as its readers see it.
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

// A record of the output stream, or one that was aggregated in it.
struct SinkRecord {
  std::string key;
  std::optional<std::string> explicit_hash_key;
  std::string data;
};

// What a consumer with Amazon's library makes of a record: of one that the KPL's format aggregates nothing at all
// where a hash key of it lies outside the shard's range.
std::vector<SinkRecord> read_as_consumer(const model::Shard& shard, const model::Record& record);

class Sink {
 public:
  // The references outlive it.
  Sink(model::Service& kinesis, Checker& checker) : kinesis_(kinesis), checker_(checker) {}

  // Tells the checker what has come to the stream since the last time.
  void look();

 private:
  void read(const model::Shard& shard, const model::Record& record);

  model::Service& kinesis_;
  Checker& checker_;
  std::map<uint32_t, uint64_t> seen_;  // records, by shard
};

}  // namespace penstock::simulator
