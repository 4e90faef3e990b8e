// The invariants, checked during a run. docs/simulation.md explains the origin of each rule.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "abi/penstock.h"
#include "core/kinesis/input/shard_position.h"
#include "tests/sim/sim_clock.h"
#include "tests/simulator/expected_drops.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/plan.h"
#include "tests/simulator/trace.h"

namespace penstock::simulator {

enum class Rule {
  nothing_lost,        // 1
  checkpoint_waits,    // 2
  shard_order,         // 3
  key_order,           // 4
  one_owner,           // 5
  memory_bounded,      // 6
  drains,              // 7
  counters_add_up,     // 8
  no_livelock,         // 9
  no_secrets,          // 10
  failures_explained,  // 11
  orderly_end,         // 12
  few_rejected_calls,  // 13
  right_start,         // 14
  one_consumer,        // 15
};
std::string_view name_of(Rule rule);

class Checker {
 public:
  // REQUIRES: all references outlive it. read_dead_letters calls recorded() for each line that would survive a
  // power cut now.
  Checker(const Plan& plan, const sim::SimClock& clock, Ledger& ledger, const Trace& trace,
          std::function<void()> read_dead_letters)
      : plan_(plan),
        clock_(clock),
        ledger_(ledger),
        trace_(trace),
        read_dead_letters_(std::move(read_dead_letters)),
        expected_drops_(plan, clock, ledger),
        keys_cross_shards_(std::any_of(plan.chaos_events.begin(), plan.chaos_events.end(), [](const Event& event) {
          return event.kind == Event::Kind::distribute_in;
        })) {}

  // Returns the first violation, or "".
  const std::string& verdict() const { return verdict_; }
  bool has_failed() const { return !verdict_.empty(); }
  void violated(Rule rule, const std::string& what);

  // Called when a process starts.
  void starts() { started_ms_ = std::min(started_ms_, clock_.unix_ms()); }
  // An input offers a batch to its host, whose clock shows wall_ms. `process` identifies one life of a process.
  void offered(const std::string& process, const penstock_batch& batch, int64_t wall_ms);
  // The host rejects the batch.
  void rejected(const std::string& process, const penstock_batch& batch);
  // A process takes the lease of a shard.
  void takes(const std::string& process, const std::string& shard_id) {
    expected_drops_.reads_again(process, shard_id);
  }
  // A process receives a record of a queue that was received before.
  void receives_again(const std::string& process, const RecordPlace& record) {
    expected_drops_.receives_again(process, record);
  }
  // Returns whether an input may have to make a dead letter of a part of the record.
  bool may_become_dead_letter(const RecordPlace& record);
  // A record of a queue is acknowledged.
  void acknowledged(const std::string& process, const RecordPlace& record);
  // The host accepts the batch and passes it to the filter.
  void emitted(const std::string& process, const penstock_batch& batch);
  // The application of a worker of KCL processes a record, from that user record on, and is done with it. Returns
  // how many user records it has.
  uint64_t processed(const std::string& process, const RecordPlace& record, uint64_t first_user_record);
  // A record is in the output stream, under that key.
  void arrived(ItemNumber item, const std::string& key);
  // A position has been saved so that it survives any crash.
  void kept(const std::string& process, const std::string& shard_id, const kinesis::ShardPosition& position);
  const std::vector<std::string>& parents_of(const std::string& shard_id) {
    return ledger_.shard(shard_id).parents;
  }
  // The saved position of a shard, or of all, may be lost.
  void position_lost(const std::string& shard_id) { ledger_.shard(shard_id).kept = 0; }
  void position_lost() {
    for (auto& [id, shard] : ledger_.shards()) shard.kept = 0;
  }
  // A process whose batches were all settled and that lost no lease has closed its input without an error.
  void closed(const std::string& process);
  // A service answers a call with an error.
  void rejected(const std::string& process, int64_t now_ms);
  // An input logs that retention has passed its position in a shard.
  void gap_logged(const std::string& process, const std::string& shard_id);
  int64_t gaps_logged(const std::string& process) { return gaps_logged_[process]; }
  // A line of a dead-letter file.
  void recorded(std::string_view line);

  // The numbers of first occurrences at the sink, and of later ones.
  size_t arrivals() const { return arrivals_; }
  size_t duplicates() const { return duplicates_; }
  // Returns the number of events emitted by a process after some process had already emitted them.
  uint64_t emitted_again() const { return emitted_again_; }
  // Returns which events the saved positions have not passed, or "" if they have passed everything that was put.
  std::string not_kept();
  // Called when nothing is in flight any more.
  void end();

 private:
  struct KeyOrder {
    size_t highest = 0;  // of the first occurrences so far
    std::string shard;   // that had it
  };

  struct Rejections {
    int64_t second = 0;
    int calls = 0;  // in it
  };

  bool safe_up_to(Ledger::Shard& shard, size_t items);
  bool before_beginning(const Item& item) const;
  std::optional<ItemNumber> skipped(Ledger::Shard& shard, size_t from, size_t to);
  std::string first_unsafe(Ledger::Shard& shard);
  std::optional<RecordPlace> place_of(std::string_view stream, std::string_view shard_id,
                                      std::string_view sequence_number);
  void check_order(const std::string& process, const Item& item, ItemNumber number);
  bool check_origin(const std::string& process, const Item& item, ItemNumber number, const penstock_batch& batch);

  const Plan& plan_;
  const sim::SimClock& clock_;
  Ledger& ledger_;
  const Trace& trace_;
  std::function<void()> read_dead_letters_;
  ExpectedDrops expected_drops_;
  const bool keys_cross_shards_;  // the service may put the records of a key into several shards
  std::string verdict_;
  std::map<std::pair<std::string, std::string>, size_t> cursors_;  // by process and shard: next place
  std::map<std::string, Rejections> rejections_;                   // by process
  std::map<std::string, int64_t> gaps_logged_;                     // by process
  // By key and key_stream, and with keys_cross_shards_ also by shard.
  std::map<std::tuple<std::string, size_t, std::string>, KeyOrder> orders_;
  std::vector<ItemNumber> late_;  // arrived after a later one of their key, which only a failure explains
  int64_t started_ms_ = kNever;   // Unix time
  size_t arrivals_ = 0;
  size_t duplicates_ = 0;
  uint64_t emitted_again_ = 0;
};

}  // namespace penstock::simulator
