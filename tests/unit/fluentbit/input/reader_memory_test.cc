// Fails each allocation of the agent's input in turn: a batch is settled only after all of it was delivered, and
// at the end every batch is settled.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fluentbit/input/drain.h"
#include "fluentbit/input/reader.h"
#include "tests/abi/allocation/failing_memory.h"

namespace penstock::fluentbit {
namespace {

namespace memory = abi::memory;

constexpr size_t kBatches = 8;
constexpr size_t kRecords = 3;

penstock_bytes bytes(const std::string& text) { return {text.data(), text.size()}; }

// Emits the batches in order, each again until it is accepted. Its calls allocate nothing.
class ScriptedInput {
 public:
  ScriptedInput() {
    for (size_t batch = 0; batch < kBatches; ++batch) {
      for (size_t i = 0; i < kRecords; ++i) {
        bodies_[batch][i] =
            "record " + std::to_string(batch) + "." + std::to_string(i) + ", longer than a short string is";
        records_[batch][i] = {1'700'000'000'123, {}, {}, bytes(bodies_[batch][i]), 0, 0, {}};
      }
    }
  }

  int32_t poll(penstock_emit_fn emit, void* ctx) {
    while (next_ < kBatches) {
      penstock_batch batch = {};
      batch.struct_size = sizeof batch;
      batch.record_stride = sizeof(penstock_record);
      batch.ack_id = next_;
      batch.records = records_[next_].data();
      batch.record_count = kRecords;
      batch.log_group = bytes(groups_[next_ % groups_.size()]);
      const int32_t result = emit(ctx, &batch);
      if (result < 0) return result;
      ++next_;
      if (result == PENSTOCK_FULL) return result;
    }
    return PENSTOCK_OK;
  }

  int32_t ack(uint64_t ack_id) {
    if (acks_to_reject > 0) {
      --acks_to_reject;
      return PENSTOCK_E_MEMORY;
    }
    const memory::Unwatched own;
    if (ack_id >= next_) ADD_FAILURE() << "batch " << ack_id << " was not taken";
    for (const std::string& body : bodies_[ack_id])
      if (delivered.find(body) == std::string::npos) ADD_FAILURE() << body << " is settled, but was not delivered";
    if (std::exchange(acked_[ack_id], true)) ADD_FAILURE() << "batch " << ack_id << " is settled twice";
    return PENSTOCK_OK;
  }

  bool all_acked() const {
    for (const bool acked : acked_)
      if (!acked) return false;
    return true;
  }

  std::string delivered;
  int acks_to_reject = 0;

 private:
  std::array<std::array<std::string, kRecords>, kBatches> bodies_;
  std::array<std::array<penstock_record, kRecords>, kBatches> records_;
  std::array<std::string, 3> groups_ = {"/aws/lambda/one-of-a-long-name-1", "/aws/lambda/one-of-a-long-name-2",
                                        "/aws/lambda/one-of-a-much-longer-name-that-has-to-grow-3"};
  std::array<bool, kBatches> acked_ = {};
  size_t next_ = 0;
};

ScriptedInput* input = nullptr;

const penstock_input kCalls = {
    sizeof(penstock_input), 0,
    [](penstock_instance*, int64_t, penstock_emit_fn emit, void* ctx, penstock_error*) {
      return input->poll(emit, ctx);
    },
    [](penstock_instance*, uint64_t ack_id, int32_t, penstock_error*) { return input->ack(ack_id); },
    [](penstock_instance*, int64_t, penstock_error*) { return int32_t{PENSTOCK_OK}; }};

penstock_stage scripted_stage() {
  penstock_stage stage{};
  stage.struct_size = sizeof stage;
  stage.kind = PENSTOCK_INPUT;
  stage.id = "scripted";
  stage.input = &kCalls;
  stage.create = [](const penstock_host*, const penstock_option*, size_t, size_t, penstock_instance** made,
                    penstock_error*) {
    *made = reinterpret_cast<penstock_instance*>(input);
    return int32_t{PENSTOCK_OK};
  };
  stage.descriptor = [](penstock_instance*) { return int32_t{-1}; };
  stage.next_deadline_ms = [](penstock_instance*) { return int64_t{0}; };
  stage.close = [](penstock_instance*, int64_t, penstock_error*) { return int32_t{PENSTOCK_OK}; };
  stage.destroy = [](penstock_instance*) {};
  return stage;
}

// Receipts of all batches, redeemed by the test as the agent delivers them.
class ScriptedReceipts {
 public:
  static inline std::array<uint64_t, kBatches> settled;
  static inline size_t count = 0;
  static const penstock_receipts calls;
};

const penstock_receipts ScriptedReceipts::calls = {
    sizeof(penstock_receipts),
    0,
    [](penstock_ledger** out, penstock_error*) {
      *out = reinterpret_cast<penstock_ledger*>(&settled);
      return int32_t{PENSTOCK_OK};
    },
    [](penstock_ledger*, uint64_t ack_id, uint64_t count, char* receipts, penstock_error*) {
      std::memset(receipts, static_cast<int>('a' + ack_id), count * PENSTOCK_RECEIPT_BYTES);
      return int32_t{PENSTOCK_OK};
    },
    [](penstock_bytes, int32_t) { return int32_t{PENSTOCK_OK}; },
    [](penstock_ledger*, penstock_settled_fn settled_fn, void* ctx) {
      for (; count > 0; --count) settled_fn(ctx, settled[count - 1], PENSTOCK_DELIVERED);
      return int32_t{PENSTOCK_OK};
    },
    [](penstock_ledger*) {}};

// Runs an input whose agent accepts everything, until everything is settled. number: of the allocation that fails.
// Returns whether it did.
bool run_failing(uint64_t number, memory::Mode mode, bool with_receipts) {
  ScriptedInput scripted;
  input = &scripted;
  const penstock_stage stage = scripted_stage();
  ReaderStages stages{};
  stages.input = &stage;
  if (with_receipts) stages.receipts = &ScriptedReceipts::calls;
  stages.max_unacknowledged_bytes = size_t{1} << 20;
  std::string problem;
  ChunkFormat format;
  format.tag = TagFormat::parse("$log_group", problem);
  format.chunk_bytes = 300;
  Wakeup ready;
  LogRelay relay(PENSTOCK_LOG_DEBUG, ready);
  ChunkQueue queue(size_t{1} << 20);
  Reader reader(stages, format, queue, relay);
  EXPECT_EQ(reader.open(), "");
  int64_t now_ms = 0;
  std::array<bool, kBatches> redeemed = {};  // whose receipts were redeemed
  Drain drain(
      queue, [&](const Chunk& chunk) { return scripted.delivered += chunk.data, true; }, [&] { return now_ms; });

  memory::fail(number, mode);
  for (int turns = 0; turns < 100 && !scripted.all_acked(); ++turns) {
    now_ms += 2'000;  // longer than every pause after a failure
    try {
      const memory::Watched watched;
      reader.turn(now_ms, true);
    } catch (const std::bad_alloc&) {  // as the reading thread does
    }
    size_t taken = 0;
    drain.run(1'000, taken);
    if (!with_receipts) continue;
    for (uint64_t batch = 0; batch < kBatches; ++batch) {
      const std::string receipt(PENSTOCK_RECEIPT_BYTES, static_cast<char>('a' + batch));
      const std::string last = "record " + std::to_string(batch) + "." + std::to_string(kRecords - 1);
      if (redeemed[batch] || scripted.delivered.find(last) == std::string::npos) continue;
      EXPECT_NE(scripted.delivered.find(receipt), std::string::npos);
      redeemed[batch] = true;
      ScriptedReceipts::settled[ScriptedReceipts::count++] = batch;
    }
  }
  const bool failed = memory::failed();
  memory::fail(0, mode);
  EXPECT_TRUE(scripted.all_acked()) << "with allocation " << number;
  return failed;
}

class allocation_failure : public testing::TestWithParam<std::pair<memory::Mode, bool>> {};

TEST_P(allocation_failure, an_allocation_failure_in_the_agents_input_loses_no_record_or_acknowledgment) {
  memory::say_at_crash("the agent's input");
  uint64_t number = 1;
  while (run_failing(number, GetParam().first, GetParam().second) && !HasFailure()) ++number;
  EXPECT_GT(number, 20u);
}

INSTANTIATE_TEST_SUITE_P(modes, allocation_failure,
                         testing::Values(std::pair(memory::Mode::once, false),
                                         std::pair(memory::Mode::until_return, false),
                                         std::pair(memory::Mode::once, true),
                                         std::pair(memory::Mode::until_return, true)));

TEST(allocation_failure_of_the_library, an_acknowledgment_is_repeated_if_the_library_is_out_of_memory) {
  ScriptedInput scripted;
  input = &scripted;
  scripted.acks_to_reject = 3;
  const penstock_stage stage = scripted_stage();
  ReaderStages stages{};
  stages.input = &stage;
  Wakeup ready;
  LogRelay relay(PENSTOCK_LOG_DEBUG, ready);
  ChunkQueue queue(size_t{1} << 20);
  Reader reader(stages, {}, queue, relay);
  ASSERT_EQ(reader.open(), "");
  for (int64_t now_ms = 0; now_ms < 20'000; now_ms += 2'000) {
    reader.turn(now_ms, true);
    for (const Chunk* chunk; (chunk = queue.front()) != nullptr; queue.settle_front())
      scripted.delivered += chunk->data;
  }
  EXPECT_TRUE(scripted.all_acked());
}

}  // namespace
}  // namespace penstock::fluentbit
