// Faults on demand: by chance from a seed, or exactly this one at exactly that call.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "tests/model_kinesis/message.h"

namespace penstock::model {

enum class FaultKind {
  none,
  error,             // the call is answered with `error`, and not applied
  reply,             // the call is answered with `reply` as it is, as by a proxy on the way, and not applied
  refuse_records,    // PutRecords refuses `share` of the records that the limits let pass
  close,             // the connection is closed before the call is applied
  lose_answer,       // the call is applied, then the connection closed
  truncate,          // the call is applied, half of the answer's body is sent, then the connection closed
  delay,             // the call is applied, its answer waits `delay_ms`
  expire_iterators,  // all iterators and page tokens made so far expire, then the call is done
  short_answer,      // GetRecords gives `share` of the records that it could, rounded down
  no_iterator,  // GetRecords gives no NextShardIterator and no ChildShards, whether the shard is closed or not
};

// How a NextShardIterator can be left out.
enum class NoIterator { null, missing, empty };

struct Fault {
  FaultKind kind = FaultKind::none;
  Error error{};
  Reply reply{};
  double share = 0;           // of the records, 0 to 1
  std::string record_code{};  // empty: either of the two codes, by chance
  int64_t delay_ms = 0;
  NoIterator no_iterator = NoIterator::null;
};

Fault throttle();                // ProvisionedThroughputExceededException
Fault internal_failure();        // InternalFailure with HTTP 500
Fault error_fault(Error error);  // any other
Fault reply_fault(Reply reply);
Fault refuse_records(double share, std::string record_code = {});
Fault delay(int64_t delay_ms);
Fault close_before();     // applied to nothing
Fault lose_answer();      // applied, not told
Fault truncate_answer();  // applied, half told
Fault expire_iterators();
Fault short_answer(double share);
Fault no_iterator(NoIterator form = NoIterator::null);
Fault bad_gateway();  // a proxy's 502 with HTML; applied to nothing

// How often each comes by chance, 0 to 1. All but the last exclude each other; their sum is 1 at most.
struct FaultRates {
  double throttle = 0;
  double internal_failure = 0;
  double close = 0;
  double lose_answer = 0;
  double truncate = 0;
  double delay = 0;
  int64_t delay_ms = 1000;
  double bad_gateway = 0;
  double expire_iterators = 0;
  double short_answer = 0;    // by a share that is drawn too; often there is nothing in it
  double no_iterator = 0;     // in a form that is drawn too
  double refuse_records = 0;  // the share of each PutRecords call's records, independent of the others
};

class Faults {
 public:
  explicit Faults(uint64_t seed) : random_(seed) {}

  void set_rates(const FaultRates& rates) { rates_ = rates; }
  // The request with this running number, from 1.
  void at(uint64_t request_number, Fault fault) { at_[request_number] = std::move(fault); }
  // The next `times` calls of an operation ("PutRecords"), after what is queued for it already.
  void next_calls(const std::string& operation, const Fault& fault, int times = 1) {
    queued_[operation].insert(queued_[operation].end(), static_cast<size_t>(times), fault);
  }

  // From now on PutRecords rejects every call with a record that has this text in its data.
  void reject_calls_with(std::string text) { poison_ = std::move(text); }

  // Takes back what at(), next_calls() and reject_calls_with() have set.
  void forget() {
    at_.clear();
    queued_.clear();
    poison_.clear();
  }

  // For the service: what is to happen to this request. A scripted fault takes the place of those by chance.
  Fault take(uint64_t request_number, std::string_view operation);
  // For the service: the code of a refusal of this record, or "".
  std::string refusal(const Fault& fault);
  // For the service: whether a record with this data makes it reject the call.
  bool is_poison(std::string_view data) const { return !poison_.empty() && data.find(poison_) != data.npos; }
  // For the service: from 0 to below 1.
  double draw() { return std::uniform_real_distribution<double>(0, 1)(random_); }

 private:
  Fault by_chance();

  std::mt19937_64 random_;
  FaultRates rates_;
  std::string poison_;
  std::map<uint64_t, Fault> at_;
  std::map<std::string, std::deque<Fault>, std::less<>> queued_;
};

}  // namespace penstock::model
