// Checks the queue: who may emit its records, which of them are acknowledged, and which are received again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "tests/model_kinesis/service.h"
#include "tests/sim/sim_clock.h"
#include "tests/simulator/checker.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/plan.h"
#include "tests/simulator/trace.h"

namespace penstock::simulator {

class QueueWatch {
 public:
  // Creates the queue. REQUIRES: the references outlive it, and the plan has a queue.
  QueueWatch(const Plan& plan, const sim::SimClock& clock, model::Service& kinesis, Ledger& ledger,
             Checker& checker, const Trace& trace);

  const std::string& arn() const { return arn_; }
  // Sets the process whose call the service handles from now on.
  void set_issuer(const std::string& process) { issuer_ = process; }

  // A process emits a record. It may do so while the record is invisible to other consumers because of its calls.
  void emitted(const std::string& process, const std::string& record_id);
  // A process is dead, or begins to shut down.
  void ends(const std::string& process);
  // A process has shut down without an error: it has made all of its records visible.
  void closed(const std::string& process);

  // Returns what the queue still has to deliver, or "".
  std::string unrest();
  // Notes in the ledger which records the queue has made dead letters.
  void note_dead_letters();

 private:
  // A record that was received, and not acknowledged yet.
  struct Received {
    std::string by;  // the last process
    uint64_t receipt = 0;
    int64_t visible_ms = 0;                             // Unix time
    bool is_emitted = false;                            // since the last receive
    int64_t received_ms = 0;                            // Unix time
    std::string held_by;                                // when this process began to shut down
    int receives_since = 0;                             // of that process
    std::map<std::string, int64_t> invisible_until_ms;  // by the calls of each process
  };
  static RecordPlace place_of(const model::Shard& shard, const model::Record& record);
  void on_invisible(const RecordPlace& place, const model::Queue::Entry& entry);
  void on_received(const RecordPlace& place, const model::Queue::Entry& entry, Received& received);
  bool may_be_left(const RecordPlace& place);

  const Plan& plan_;
  const sim::SimClock& clock_;
  model::Service& kinesis_;
  Ledger& ledger_;
  Checker& checker_;
  const Trace& trace_;
  std::string arn_;
  std::string issuer_;
  std::map<RecordPlace, Received> received_;
  std::set<std::string> ended_;  // processes
};

}  // namespace penstock::simulator
