#include "tests/unit/fluentbit/fake_stages.h"

#include <cstdio>
#include <utility>

namespace penstock::fluentbit {

namespace {

penstock_bytes bytes(const std::string& text) { return {text.data(), text.size()}; }

void set_error(penstock_error* error, const std::string& text) {
  if (error != nullptr) std::snprintf(error->text, sizeof error->text, "%s", text.c_str());
}

}  // namespace

int32_t emit_fake(const FakeBatch& fake, penstock_emit_fn emit, void* ctx) {
  static const std::string log_stream = "2023/11/14/[$LATEST]abc", owner = "123456789012", region = "eu-west-1",
                           stream = "logs", shard = "shardId-000000000000", sequence_number = "4958";
  std::vector<std::string> ids;
  for (size_t i = 0; i < fake.bodies.size(); ++i) ids.push_back("id-" + std::to_string(i));
  std::vector<penstock_record> records;
  for (size_t i = 0; i < fake.bodies.size(); ++i)
    records.push_back({1'700'000'000'123, bytes(ids[i]), {}, bytes(fake.bodies[i]), fake.flags, 0, {}});
  penstock_batch batch{};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof(penstock_record);
  batch.ack_id = fake.ack_id;
  batch.records = records.data();
  batch.record_count = records.size();
  batch.log_group = bytes(fake.log_group);
  batch.log_stream = bytes(log_stream);
  batch.owner = bytes(owner);
  batch.region = bytes(region);
  batch.stream = bytes(stream);
  batch.shard_id = bytes(shard);
  batch.sequence_number = bytes(sequence_number);
  return emit(ctx, &batch);
}

FakeInput* FakeInput::next = nullptr;

void FakeInput::add(FakeBatch batch) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(batch));
}

std::map<uint64_t, int32_t> FakeInput::acked() {
  const std::lock_guard lock(mutex_);
  return acked_;
}

void FakeInput::wait_for_acks(size_t count) {
  std::unique_lock lock(mutex_);
  acks_.wait(lock, [&] { return acked_.size() >= count; });
}

int FakeInput::polls() {
  const std::lock_guard lock(mutex_);
  return polls_;
}

int FakeInput::pumps() {
  const std::lock_guard lock(mutex_);
  return pumps_;
}

int FakeInput::closes() {
  const std::lock_guard lock(mutex_);
  return closes_;
}

const penstock_input FakeInput::calls = {
    sizeof(penstock_input), 0,
    [](penstock_instance* self, int64_t, penstock_emit_fn emit, void* ctx, penstock_error* error) {
      FakeInput& it = of(self);
      const std::lock_guard lock(it.mutex_);
      ++it.polls_;
      while (!it.waiting_.empty()) {
        const int32_t result = emit_fake(it.waiting_.front(), emit, ctx);
        if (result < 0) return result;
        it.waiting_.pop_front();
        if (result == PENSTOCK_FULL) return result;
      }
      if (it.poll_result < 0) set_error(error, "the stream is gone");
      return it.poll_result;
    },
    [](penstock_instance* self, uint64_t ack_id, int32_t outcome, penstock_error*) {
      FakeInput& it = of(self);
      const std::lock_guard lock(it.mutex_);
      it.acked_[ack_id] = outcome;
      it.acks_.notify_all();
      return int32_t{PENSTOCK_OK};
    },
    [](penstock_instance* self, int64_t, penstock_error*) {
      FakeInput& it = of(self);
      const std::lock_guard lock(it.mutex_);
      ++it.pumps_;
      return int32_t{PENSTOCK_OK};
    }};

const penstock_stage FakeInput::stage = [] {
  penstock_stage out{};
  out.struct_size = sizeof out;
  out.kind = PENSTOCK_INPUT;
  out.id = "fake";
  out.input = &calls;
  out.create = [](const penstock_host*, const penstock_option*, size_t, size_t, penstock_instance** made,
                  penstock_error* error) {
    *made = nullptr;
    if (!next->create_error.empty()) {
      set_error(error, next->create_error);
      return int32_t{PENSTOCK_E_OPTIONS};
    }
    *made = reinterpret_cast<penstock_instance*>(next);
    return int32_t{PENSTOCK_OK};
  };
  out.descriptor = [](penstock_instance* self) { return int32_t{of(self).descriptor}; };
  out.next_deadline_ms = [](penstock_instance* self) {
    FakeInput& it = of(self);
    const std::lock_guard lock(it.mutex_);
    return it.waiting_.empty() ? it.next_deadline_ms : INT64_MIN;
  };
  out.close = [](penstock_instance* self, int64_t, penstock_error*) {
    FakeInput& it = of(self);
    const std::lock_guard lock(it.mutex_);
    ++it.closes_;
    return int32_t{PENSTOCK_OK};
  };
  out.destroy = [](penstock_instance*) {};
  return out;
}();

std::function<int32_t(const std::string&, std::vector<std::string>&, penstock_error*)> FakeFilter::apply;

const penstock_stage FakeFilter::stage = [] {
  static const penstock_filter calls = {
      sizeof(penstock_filter), 0,
      [](penstock_instance*, const penstock_batch* batch, penstock_emit_fn emit, void* ctx,
         penstock_error* error) {
        for (uint64_t i = 0; i < batch->record_count; ++i) {
          const penstock_bytes body = batch->records[i].body;
          std::vector<std::string> made;
          if (const int32_t result = apply(std::string(body.data, body.size), made, error); result < 0)
            return result;
          for (const std::string& text : made) {
            penstock_record record = batch->records[i];
            record.body = bytes(text);
            record.flags = PENSTOCK_RECORD_JSON;
            penstock_batch one = *batch;
            one.records = &record;
            one.record_count = 1;
            if (const int32_t result = emit(ctx, &one); result < 0) return result;
          }
        }
        return int32_t{PENSTOCK_OK};
      }};
  penstock_stage out{};
  out.struct_size = sizeof out;
  out.kind = PENSTOCK_FILTER;
  out.id = "fake";
  out.filter = &calls;
  out.create = [](const penstock_host*, const penstock_option*, size_t, size_t, penstock_instance** made,
                  penstock_error*) {
    static char instance;
    *made = reinterpret_cast<penstock_instance*>(&instance);
    return int32_t{PENSTOCK_OK};
  };
  out.destroy = [](penstock_instance*) {};
  return out;
}();

std::vector<std::pair<uint64_t, int32_t>> FakeReceipts::settled;
std::vector<std::string> FakeReceipts::redeemed;
int FakeReceipts::issued = 0;
int FakeReceipts::redeems_without_memory = 0;

const penstock_receipts FakeReceipts::calls = {
    sizeof(penstock_receipts),
    0,
    [](penstock_ledger** out, penstock_error*) {
      static char ledger;
      *out = reinterpret_cast<penstock_ledger*>(&ledger);
      return int32_t{PENSTOCK_OK};
    },
    [](penstock_ledger*, uint64_t ack_id, uint64_t count, char* receipts, penstock_error*) {
      ++issued;
      for (uint64_t i = 0; i < count; ++i) {
        std::string text = "receipt " + std::to_string(ack_id) + " " + std::to_string(i);
        text.resize(PENSTOCK_RECEIPT_BYTES, '.');
        text.copy(receipts + i * PENSTOCK_RECEIPT_BYTES, PENSTOCK_RECEIPT_BYTES);
      }
      return int32_t{PENSTOCK_OK};
    },
    [](penstock_bytes receipt, int32_t) {
      if (redeems_without_memory > 0) return --redeems_without_memory, int32_t{PENSTOCK_E_MEMORY};
      redeemed.emplace_back(receipt.data, receipt.size);
      return int32_t{PENSTOCK_OK};
    },
    [](penstock_ledger*, penstock_settled_fn tell_settled, void* ctx) {
      for (const auto& [ack_id, outcome] : std::exchange(settled, {})) tell_settled(ctx, ack_id, outcome);
      return int32_t{PENSTOCK_OK};
    },
    [](penstock_ledger*) {}};

}  // namespace penstock::fluentbit
