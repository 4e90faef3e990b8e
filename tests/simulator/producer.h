// Puts what the plan says into the stream, and into the ledger.
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

// The log stream and the partition key of a lane.
std::string lane_name(size_t lane);

class Producer {
 public:
  // The references outlive it. start_ms: monotonic.
  Producer(const Plan& plan, model::Service& kinesis, Ledger& ledger, int64_t start_ms);

  int64_t next_put_ms() const { return next_put_ms_; }  // monotonic; kNever: all is put
  // What is due: one record.
  void put();

 private:
  // A user record: its data, and what is in it.
  struct Made {
    std::string data;
    std::vector<Item> items;
  };
  Made make(size_t lane, ItemNumber first_item);
  Made make_message(size_t lane, ItemNumber first_item);
  Item next_of(size_t lane, Item::Kind kind);
  std::string text_of(const Item& item, ItemNumber number);
  bool chance(double share);

  const Plan& plan_;
  model::Service& kinesis_;
  Ledger& ledger_;
  sim::SimRandom random_;
  int64_t end_ms_;
  int64_t next_put_ms_;
  std::vector<size_t> in_lane_;  // events so far
};

}  // namespace penstock::simulator
