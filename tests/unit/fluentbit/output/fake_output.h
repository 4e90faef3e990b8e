// An output stage for tests, whose instance does what the test sets.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "abi/penstock.h"
#include "fluentbit/agent/wakeup.h"

namespace penstock::fluentbit {

struct FakeRecord {
  std::string body;
  int64_t time_ms = 0;
  uint32_t flags = 0;
};

// [thread-safe] except for the public members, which are set before use.
class FakeOutput {
 public:
  static const penstock_stage stage;
  // The object of the next instance that create() returns. The test owns it, and it outlives the instance.
  static FakeOutput* next;

  // settle(): each batch, kept ones too, is settled by the next pump with that outcome. keep(): batches are kept.
  void settle(int32_t outcome);
  void keep();
  // With that many kept batches, it is full.
  void full_from(size_t batches);
  // Sets the result of write(), with an error text. PENSTOCK_OK: it accepts batches.
  void reject_writes(int32_t result);

  std::vector<FakeRecord> records();  // written, in order
  std::vector<std::string> bodies();
  size_t batches();
  void wait_for_batches(size_t count);
  int pumps();
  int closes();

  std::string create_error;
  std::string pump_error;
  int32_t outcome_at_close = PENSTOCK_RELEASED;

 private:
  static FakeOutput& of(penstock_instance* self) { return *reinterpret_cast<FakeOutput*>(self); }
  static const penstock_output calls;

  int32_t write(const penstock_batch& batch, penstock_error* error);
  int32_t pump(penstock_settled_fn settled, void* ctx, penstock_error* error);
  bool full() const { return kept_.size() >= full_from_; }

  Wakeup something_to_do_;
  std::mutex mutex_;
  std::condition_variable written_;
  std::vector<FakeRecord> records_;
  std::deque<uint64_t> kept_;  // ack_ids
  size_t batches_ = 0;
  int32_t outcome_ = PENSTOCK_DELIVERED;  // 0: kept
  int32_t write_result_ = PENSTOCK_OK;
  size_t full_from_ = SIZE_MAX;
  int pumps_ = 0, closes_ = 0;
  bool closed_ = false;
};

}  // namespace penstock::fluentbit
