// Puts the plan's records into the stream and into the ledger.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/model_kinesis/service.h"
#include "tests/sim/sim_clock.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/plan.h"

namespace penstock::simulator {

// Returns the log stream and the partition key of a key_stream.
std::string key_stream_name(size_t key_stream);

class Producer {
 public:
  // REQUIRES: the references outlive it. The plan's time begins now.
  Producer(const Plan& plan, model::Service& kinesis, Ledger& ledger, sim::SimClock& clock);

  int64_t next_put_ms() const { return next_put_ms_; }  // monotonic; kNever: everything is put
  // Puts one record, when it is due.
  void put();

 private:
  // A user record: its data, and its items.
  struct Made {
    std::string data;
    std::vector<Item> items;
  };
  Made make(size_t key_stream, ItemNumber first_item);
  Made make_message(size_t key_stream, ItemNumber first_item);
  bool too_early(const std::string& shard, int64_t arrival_ms);
  Item next_of(size_t key_stream, Item::Kind kind);
  std::string message_of(const Item& item, ItemNumber number);
  bool chance(double share);

  const Plan& plan_;
  model::Service& kinesis_;
  Ledger& ledger_;
  sim::SimRandom random_;
  const int64_t epoch_ms_;  // Unix time, when the plan's time begins
  int64_t end_ms_;
  int64_t next_put_ms_;
  std::vector<size_t> in_key_stream_;  // events so far
};

}  // namespace penstock::simulator
