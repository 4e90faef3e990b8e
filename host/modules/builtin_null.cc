#include <climits>
#include <new>
#include <vector>

#include "host/modules/builtin.h"

// Each stage defines the ABI's opaque type itself.
namespace {

struct NullOutput {
  std::vector<uint64_t> taken;  // ack_ids not yet settled
  int64_t batches = 0;
  int64_t records = 0;
};

NullOutput* of(penstock_instance* self) { return reinterpret_cast<NullOutput*>(self); }

int32_t create(const penstock_host*, const penstock_option*, size_t, size_t, penstock_instance** out,
               penstock_error*) noexcept {
  *out = reinterpret_cast<penstock_instance*>(new (std::nothrow) NullOutput);
  return *out == nullptr ? PENSTOCK_E_MEMORY : PENSTOCK_OK;
}

int32_t write_batch(penstock_instance* self, const penstock_batch* batch, penstock_error*) noexcept {
  of(self)->taken.push_back(batch->ack_id);
  of(self)->records += static_cast<int64_t>(batch->record_count);
  return PENSTOCK_OK;
}

int32_t pump(penstock_instance* self, int64_t, penstock_settled_fn settled, void* ctx, penstock_error*) noexcept {
  for (const uint64_t ack_id : of(self)->taken) settled(ctx, ack_id, PENSTOCK_DELIVERED);
  of(self)->taken.clear();
  return PENSTOCK_OK;
}

int32_t stats(penstock_instance* self, penstock_stat_fn stat, void* ctx) noexcept {
  penstock::host::report_stat(stat, ctx, PENSTOCK_COUNTER, "received_records", "records", "records accepted",
                              of(self)->records);
  return PENSTOCK_OK;
}

void destroy(penstock_instance* self) noexcept { delete of(self); }

const penstock_output kOutput = {sizeof(penstock_output), 0, write_batch, pump};

int64_t next_deadline_ms(penstock_instance* self) noexcept { return of(self)->taken.empty() ? INT64_MAX : 0; }

const penstock_stage kStage = [] {
  penstock_stage stage = penstock::host::own_stage(
      PENSTOCK_OUTPUT, "null", "Counts each record as delivered and discards it, to test inputs and filters.",
      create, destroy);
  stage.output = &kOutput;
  stage.next_deadline_ms = next_deadline_ms;
  stage.stats = stats;
  return stage;
}();

}  // namespace

namespace penstock::host {

const penstock_stage& null_output() { return kStage; }

penstock_stage own_stage(int32_t kind, const char* id, const char* summary,
                         decltype(penstock_stage::create) create, decltype(penstock_stage::destroy) destroy) {
  penstock_stage stage{};
  stage.struct_size = sizeof stage;
  stage.kind = kind;
  stage.id = id;
  stage.summary = summary;
  stage.option_info_stride = sizeof(penstock_option_info);
  stage.create = create;
  stage.destroy = destroy;
  return stage;
}

void report_stat(penstock_stat_fn stat, void* ctx, int32_t kind, const char* name, const char* unit,
                 const char* help, int64_t value) {
  penstock_stat one{};
  one.struct_size = sizeof one;
  one.kind = kind;
  one.name = name;
  one.unit = unit;
  one.help = help;
  one.value = value;
  stat(ctx, &one);
}

std::vector<const penstock_stage*> builtin_stages() { return {&stdout_output(), &null_output()}; }

}  // namespace penstock::host
