#include "host/replay/replay_input.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

#include "base/bytes.h"
#include "base/message_id.h"
#include "base/text.h"
#include "client/batch.h"
#include "host/modules/builtin.h"

// Each stage defines the ABI's opaque type itself.
namespace {

using penstock::bytes;
using penstock::host::DeadLetterLine;
using penstock::host::DeadLetterReader;
using penstock::host::ReplayOutcomes;

constexpr size_t kBytesAPoll = 1 << 20;

struct Replay {
  penstock_host host{};
  std::unique_ptr<DeadLetterReader> file;
  std::string name;
  DeadLetterLine::Stage stage = DeadLetterLine::Stage::input;
  DeadLetterLine line;   // the next line to emit
  bool pending = false;  // line is set
  bool ended = false;
  ReplayOutcomes outcomes;
};

Replay* of(penstock_instance* self) { return reinterpret_cast<Replay*>(self); }

std::string option(const penstock_option* options, size_t count, std::string_view key) {
  for (size_t i = 0; i < count; ++i)
    if (key == std::string_view(options[i].key.data, options[i].key.size))
      return {options[i].value.data, options[i].value.size};
  return {};
}

int32_t create(const penstock_host* host, const penstock_option* options, size_t count, size_t,
               penstock_instance** out, penstock_error* error) noexcept {
  *out = nullptr;
  auto made = std::make_unique<Replay>();
  made->host = *host;
  std::string reason;
  made->file = DeadLetterReader::open(option(options, count, "file"),
                                      std::strtoull(option(options, count, "bytes").c_str(), nullptr, 10), reason);
  if (!made->file) {
    std::snprintf(error->text, sizeof error->text, "%s", penstock::coded("PS0925", reason).c_str());
    return PENSTOCK_E_IO;
  }
  made->name = option(options, count, "name");
  made->stage =
      option(options, count, "stage") == "input" ? DeadLetterLine::Stage::input : DeadLetterLine::Stage::output;
  *out = reinterpret_cast<penstock_instance*>(made.release());
  return PENSTOCK_OK;
}

// Reads the next line of that stage.
void read_on(Replay& self) {
  std::string_view text;
  while (!self.pending && !self.ended) {
    const DeadLetterReader::ReadResult answer = self.file->next(text);
    self.ended = answer == DeadLetterReader::ReadResult::end || answer == DeadLetterReader::ReadResult::failed;
    self.pending = answer == DeadLetterReader::ReadResult::line &&
                   penstock::host::read_dead_letter_line(text, self.line).empty() && self.line.stage == self.stage;
  }
}

// A record that failed at an output has the partition key that it had there. One that failed at an input has the
// partition key of its source record.
int32_t emit_line(const Replay& self, penstock_emit_fn emit, void* ctx) {
  const DeadLetterLine& line = self.line;
  penstock_record record{};
  record.time_ms = line.arrival_time_ms;
  record.body = bytes(line.data);
  record.flags = PENSTOCK_RECORD_TIME_IS_ARRIVAL;
  penstock_batch batch = penstock::client::batch_of(&record, 1, static_cast<uint64_t>(self.file->number()));
  batch.log_group = bytes(line.log_group);
  batch.central_log_group = bytes(line.central_log_group);
  batch.log_stream = bytes(line.log_stream);
  batch.owner = bytes(line.owner);
  batch.region = bytes(line.region);
  batch.stream = bytes(line.stream);
  batch.shard_id = bytes(line.shard_id);
  batch.sequence_number = bytes(line.sequence_number);
  batch.sub_sequence_number = line.sub_sequence_number;
  batch.arrival_time_ms = line.arrival_time_ms;
  (self.stage == DeadLetterLine::Stage::output ? record.key : batch.partition_key) = bytes(line.partition_key);
  return emit(ctx, &batch);
}

int32_t poll(penstock_instance* instance, int64_t, penstock_emit_fn emit, void* ctx, penstock_error*) noexcept {
  Replay& self = *of(instance);
  for (size_t bytes = 0; bytes < kBytesAPoll; bytes += self.line.data.size() + 1) {
    read_on(self);
    if (!self.pending) return PENSTOCK_END;
    const int32_t answer = emit_line(self, emit, ctx);
    if (answer >= 0) self.pending = false;
    if (answer != PENSTOCK_OK) return answer;
  }
  return PENSTOCK_OK;
}

int32_t ack(penstock_instance* instance, uint64_t ack_id, int32_t outcome, penstock_error*) noexcept {
  const Replay& self = *of(instance);
  ReplayOutcomes& outcomes = of(instance)->outcomes;
  switch (outcome) {
    case PENSTOCK_DELIVERED:
      ++outcomes.delivered;
      break;
    case PENSTOCK_FILTERED:
      ++outcomes.filtered;
      break;
    case PENSTOCK_DEAD_LETTERED:
      ++outcomes.recorded;
      break;
    default: {
      ++outcomes.released;
      const std::string text =
          penstock::coded("PS0940", "a record was not replayed completely; replay it again: " + self.name + ":" +
                                        std::to_string(ack_id));
      self.host.log(self.host.ctx, PENSTOCK_LOG_ERROR, bytes(text));
    }
  }
  return PENSTOCK_OK;
}

int64_t next_deadline_ms(penstock_instance* self) noexcept { return of(self)->ended ? INT64_MAX : 0; }

int32_t stats(penstock_instance* self, penstock_stat_fn stat, void* ctx) noexcept {
  const ReplayOutcomes& outcomes = of(self)->outcomes;
  const auto report = [&](const char* name, int64_t value) {
    penstock::host::report_stat(stat, ctx, PENSTOCK_COUNTER, name, "records", "of the file", value);
  };
  report("delivered", outcomes.delivered);
  report("filtered", outcomes.filtered);
  report("recorded", outcomes.recorded);
  report("released", outcomes.released);
  return PENSTOCK_OK;
}

void destroy(penstock_instance* self) noexcept { delete of(self); }

const penstock_input kInput = {sizeof(penstock_input), 0, poll, ack, nullptr};

const penstock_stage kStage = [] {
  penstock_stage stage = penstock::host::own_stage(PENSTOCK_INPUT, "replay",
                                                   "Emits the records of a dead-letter file.", create, destroy);
  stage.input = &kInput;
  stage.next_deadline_ms = next_deadline_ms;
  stage.stats = stats;
  return stage;
}();

}  // namespace

namespace penstock::host {

StagePlan replay_input(const DeadLetterReader& file, const std::string& name, DeadLetterLine::Stage stage) {
  const char* const word = stage == DeadLetterLine::Stage::input ? "input" : "output";
  StagePlan plan;
  plan.stage = &kStage;
  plan.label = std::string("replay:") + word;
  plan.place = {name, 0};
  plan.options = {{"file", file.lasting_path(), {}},
                  {"bytes", std::to_string(file.bytes()), {}},
                  {"name", printable(name, kMaxPrintedLineBytes), {}},
                  {"stage", word, {}}};
  return plan;
}

void add_outcomes(const client::Instance& replay, ReplayOutcomes& outcomes) {
  const auto add = [](void* ctx, const penstock_stat* stat) {
    auto& to = *static_cast<ReplayOutcomes*>(ctx);
    const std::string_view name = stat->name;
    if (name == "delivered") to.delivered += stat->value;
    if (name == "filtered") to.filtered += stat->value;
    if (name == "recorded") to.recorded += stat->value;
    if (name == "released") to.released += stat->value;
  };
  replay.stats(add, &outcomes);
}

}  // namespace penstock::host
