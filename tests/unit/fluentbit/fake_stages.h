// An input stage, a filter stage and receipts for tests: each does what the test sets.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "abi/penstock.h"

namespace penstock::fluentbit {

struct FakeBatch {
  uint64_t ack_id = 0;
  std::vector<std::string> bodies;
  std::string log_group = "/aws/lambda/checkout";
  uint32_t flags = 0;
};

// Calls emit with the batch; its records' IDs are "id-0", "id-1" ..., their time is 1700000000123.
int32_t emit_fake(const FakeBatch& batch, penstock_emit_fn emit, void* ctx);

// What an instance of the fake input is asked and answers. [thread-safe]
class FakeInput {
 public:
  static const penstock_stage stage;
  // The object of the next instance that create() returns. The test owns it, and it outlives the instance.
  static FakeInput* next;

  void add(FakeBatch batch);
  std::map<uint64_t, int32_t> acked();  // outcome by ack_id
  void wait_for_acks(size_t count);
  int polls();
  int pumps();
  int closes();

  int32_t poll_result = PENSTOCK_OK;  // after everything was emitted
  int64_t next_deadline_ms = INT64_MAX;
  int descriptor = -1;
  std::string create_error;

 private:
  static FakeInput& of(penstock_instance* self) { return *reinterpret_cast<FakeInput*>(self); }
  static const penstock_input calls;

  std::mutex mutex_;
  std::condition_variable acks_;
  std::deque<FakeBatch> waiting_;
  std::map<uint64_t, int32_t> acked_;
  int polls_ = 0, pumps_ = 0, closes_ = 0;
};

// A filter that applies the test's function to each body, and emits a batch for each record.
class FakeFilter {
 public:
  static const penstock_stage stage;
  static std::function<int32_t(const std::string& body, std::vector<std::string>& out, penstock_error* error)>
      apply;
};

// Receipts that consist of their ack_id and index as text.
class FakeReceipts {
 public:
  static const penstock_receipts calls;
  static std::vector<std::pair<uint64_t, int32_t>> settled;  // returned by the next call
  static std::vector<std::string> redeemed;
  static int issued;                  // how many batches have receipts
  static int redeems_without_memory;  // that many of the next calls fail
};

}  // namespace penstock::fluentbit
