// Injects faults, either at random from a seed or at a given call.
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
  error,             // the call gets `error` as its response and is not applied
  reply,             // the call gets `reply` unchanged as its response, as from a proxy, and is not applied
  reject_records,    // PutRecords rejects `share` of the records that the limits allow
  close,             // the connection is closed before the call is applied
  lose_response,     // the call is applied, then the connection is closed
  truncate,          // the call is applied, half of the response's body is sent, then the connection is closed
  delay,             // the call is applied; its response waits `delay_ms`
  expire_iterators,  // all iterators and page tokens issued so far expire, then the call is handled
  short_response,    // GetRecords returns `share` of the records that it could, rounded down
  no_iterator,  // GetRecords returns neither NextShardIterator nor ChildShards, whether the shard is closed or not
};

// How a NextShardIterator can be left out.
enum class NoIterator { null, missing, empty };

struct Fault {
  FaultKind kind = FaultKind::none;
  Error error{};
  Reply reply{};
  double share = 0;           // of the records, 0 to 1
  std::string record_code{};  // empty: one of the two codes, at random
  int64_t delay_ms = 0;
  NoIterator no_iterator = NoIterator::null;
};

Fault throttle();                // ProvisionedThroughputExceededException
Fault internal_failure();        // InternalFailure with HTTP 500
Fault error_fault(Error error);  // any other
Fault reply_fault(Reply reply);
Fault reject_records(double share, std::string record_code = {});
Fault delay(int64_t delay_ms);
Fault close_before();       // the call is not applied
Fault lose_response();      // the call is applied
Fault truncate_response();  // the call is applied
Fault expire_iterators();
Fault short_response(double share);
Fault no_iterator(NoIterator form = NoIterator::null);
Fault bad_gateway();  // a proxy's 502 with HTML; the call is not applied

// The probability of each fault, 0 to 1. At most one of them happens to a call, except for the last: their sum
// must be at most 1.
struct FaultRates {
  double throttle = 0;
  double internal_failure = 0;
  double close = 0;
  double lose_response = 0;
  double truncate = 0;
  double delay = 0;
  int64_t delay_ms = 1000;
  double bad_gateway = 0;
  double expire_iterators = 0;
  double short_response = 0;  // with a random share; often the response is empty
  double no_iterator = 0;     // in a random form
  double reject_records = 0;  // the share of each PutRecords call's records, independent of the others
};

class Faults {
 public:
  explicit Faults(uint64_t seed) : random_(seed) {}

  void set_rates(const FaultRates& rates) { rates_ = rates; }
  // Sets the fault of the request with this sequential number, from 1.
  void at(uint64_t request_number, Fault fault) { at_[request_number] = std::move(fault); }
  // Sets the fault of the next `times` calls of an operation ("PutRecords"), after those already queued.
  void next_calls(const std::string& operation, const Fault& fault, int times = 1) {
    queued_[operation].insert(queued_[operation].end(), static_cast<size_t>(times), fault);
  }

  // From now on, PutRecords rejects every call with a record whose data contains this text.
  void reject_calls_with(std::string text) { poison_ = std::move(text); }

  // Removes the effects of at(), next_calls() and reject_calls_with().
  void forget() {
    at_.clear();
    queued_.clear();
    poison_.clear();
  }

  // For the service: returns the fault of this request. A scripted fault replaces a random one.
  Fault take(uint64_t request_number, std::string_view operation);
  // For the service: returns the code with which to reject this record, or "".
  std::string rejection(const Fault& fault);
  // For the service: returns whether a record with this data makes it reject the call.
  bool is_poison(std::string_view data) const { return !poison_.empty() && data.find(poison_) != data.npos; }
  // For the service: returns a random number in [0, 1).
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
