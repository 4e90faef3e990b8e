// An input stage and a filter stage for tests, and the receipts of a test: each does what the test says.
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

// Calls emit with the batch; its records' ids are "id-0", "id-1" ..., their time is 1700000000123.
int32_t emit_fake(const FakeBatch& batch, penstock_emit_fn emit, void* ctx);

// What an instance of the fake input is asked, and answers. [thread-safe]
class FakeInput {
 public:
  static const penstock_stage stage;
  // What create() makes an instance of; the test's own, which outlives it.
  static FakeInput* next;

  void add(FakeBatch batch);
  std::map<uint64_t, int32_t> acked();  // outcome by ack_id
  void wait_for_acks(size_t count);
  int polls();
  int pumps();
  int closes();

  int32_t poll_result = PENSTOCK_OK;  // after all was emitted
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

// A filter that makes of each body what the test's function does, a batch of its own for each record.
class FakeFilter {
 public:
  static const penstock_stage stage;
  static std::function<int32_t(const std::string& body, std::vector<std::string>& out, penstock_error* error)>
      apply;
};

// Receipts that are their ack_id and index in text.
class FakeReceipts {
 public:
  static const penstock_receipts calls;
  static std::vector<std::pair<uint64_t, int32_t>> settled;  // told at the next call
  static std::vector<std::string> redeemed;
  static int issued;                  // how many batches have some
  static int redeems_without_memory;  // so many of the next fail
};

}  // namespace penstock::fluentbit
