#include "core/kinesis/input.h"

#include <algorithm>
#include <utility>

#include "core/base/bytes.h"

namespace penstock {

namespace {
constexpr size_t kBytesAPoll = 1 << 20;  // of log text, so that a caller's one thread stays responsive
constexpr size_t kMostUnwrittenFailureBytes = 4 << 20;
constexpr int64_t kFlushRetryMs = 1000;
constexpr int64_t kSaveRetryMs = 1000;
constexpr int64_t kEmitAgainMs = 100;
}  // namespace

Input::Input(Env& env, ServiceClient& client, CheckpointStore& checkpoints, FailureLog& failures,
             InputOptions options)
    : env_(env),
      client_(client),
      checkpoints_(checkpoints),
      failures_(failures),
      options_(std::move(options)),
      reporter_(env),
      shard_list_(
          env, client, reporter_, options_.stream,
          [this](std::vector<ShardInfo> shards, int64_t date_ms) { add_shards(std::move(shards), date_ms); }),
      subscription_(options_.inflate_limit_bytes, options_.extracted_fields) {}

Status Input::open() {
  Result<Checkpoint> loaded = checkpoints_.load();
  if (!loaded.ok()) return loaded.status();
  checkpoint_ = std::move(*loaded);
  return {};
}

// ---- Reading
// ------------------------------------------------------------------------------------------------------

void Input::add_shards(std::vector<ShardInfo> listed, int64_t date_ms) {
  if (checkpoint_.started_ms == 0) {
    // Before the first record is read: from here on a crash and a restart still know what "latest" meant.
    Checkpoint started = checkpoint_;
    started.started_ms = date_ms != 0 ? date_ms : env_.clock.wall_ms();
    if (const Status saved = checkpoints_.save(started); !saved.ok()) {
      reporter_.report(saved);
      shard_list_.list_within(kSaveRetryMs);
      return;
    }
    checkpoint_ = std::move(started);
  }
  for (ShardInfo& info : listed) {
    if (shards_by_id_.contains(info.id)) continue;
    auto shard = std::make_unique<Shard>();
    shard->info = std::move(info);
    if (const auto saved = checkpoint_.shards.find(shard->info.id); saved != checkpoint_.shards.end())
      shard->checkpoint = saved->second;
    shards_by_id_[shard->info.id] = shard.get();
    shards_.push_back(std::move(shard));
  }
  start_readers();
}

// Children wait until all of their parents is settled, so that what one partition key wrote stays in order.
bool Input::parents_done(const Shard& shard) const {
  return std::all_of(shard.info.parent_ids.begin(), shard.info.parent_ids.end(), [&](const std::string& id) {
    const auto parent = shards_by_id_.find(id);
    return parent == shards_by_id_.end() || parent->second->checkpoint == kShardEnd ||
           parent->second->progress.position() == kShardEnd;
  });
}

Position Input::start_of(const Shard& shard) const {
  if (!shard.checkpoint.empty()) return {Position::Kind::after_sequence_number, 0, shard.checkpoint};
  if (options_.from_latest) return {Position::Kind::at_timestamp, checkpoint_.started_ms, ""};
  return {};
}

void Input::start_readers() {
  for (const auto& shard : shards_) {
    const bool begun = shard->reader != nullptr || !shard->progress.position().empty() ||
                       shard->progress.open_records() > 0 || shard->checkpoint == kShardEnd;
    if (begun || !parents_done(*shard)) continue;
    shard->reader = std::make_unique<ShardReader>(
        env_, client_, reader_counters_, options_.stream, shard->info, start_of(*shard), options_.poll_interval_ms,
        [this](const Status& status) { reporter_.report(status.in("stream " + options_.stream)); });
  }
}

size_t Input::held_bytes() const {
  size_t bytes = subscription_.buffer_bytes() + failures_.pending_bytes();
  for (const auto& shard : shards_)
    if (shard->reader) bytes += shard->reader->held_bytes();
  return bytes;
}

void Input::start_calls() {
  const int64_t now_ms = env_.clock.monotonic_ms();
  size_t held = held_bytes();
  for (size_t i = 0; i < shards_.size(); ++i) {
    const size_t index = (next_caller_ + i) % shards_.size();
    ShardReader* reader = shards_[index]->reader.get();
    if (reader == nullptr || reader->next_call_ms() > now_ms) continue;
    if (!room_for_call(held)) {
      next_caller_ = index;  // its turn comes first when there is room
      return;
    }
    reader->start_call(call_bytes());
    held += reader->held_bytes();
  }
}

void Input::retire_if_ended(Shard& shard) {
  if (!shard.reader || !shard.reader->ended()) return;
  shard.reader.reset();
  // The end is one more record of the shard: nothing holds it, and it waits for all before it.
  shard.progress.release(shard.progress.open(kShardEnd));
  settled_since_save_ = true;
  shard_list_.list_within(0);
  start_readers();
}

void Input::advance() {
  for (size_t i = 0; i < shards_.size(); ++i) retire_if_ended(*shards_[i]);
  shard_list_.advance();
  start_calls();
  if (!unflushed_.empty() && env_.clock.monotonic_ms() >= next_flush_ms_)
    if (const Status flushed = flush_failures(); !flushed.ok()) reporter_.report(flushed);
  if (settled_since_save_ && env_.clock.monotonic_ms() >= next_save_ms_)
    if (const Status saved = save_checkpoint(); !saved.ok()) reporter_.report(saved);
}

void Input::pump(int64_t deadline_ms) {
  env_.transport.drive(std::min(deadline_ms, next_deadline_ms()));
  advance();
}

int64_t Input::next_deadline_ms() const {
  if (!full_ && (current_ != nullptr || can_begin_record()))
    return std::max(env_.clock.monotonic_ms(), emit_again_ms_);
  int64_t next_ms = std::min(env_.transport.next_deadline_ms(), shard_list_.next_call_ms());
  if (settled_since_save_) next_ms = std::min(next_ms, next_save_ms_);
  if (!unflushed_.empty()) next_ms = std::min(next_ms, next_flush_ms_);
  if (room_for_call(held_bytes()))
    for (const auto& shard : shards_)
      if (shard->reader) next_ms = std::min(next_ms, shard->reader->next_call_ms());
  return next_ms;
}

// ---- Emitting
// -----------------------------------------------------------------------------------------------------

int32_t Input::poll(int64_t deadline_ms, penstock_emit_fn emit, void* emit_ctx) {
  full_ = false;
  for (;;) {
    pump(deadline_ms);
    bool emitted = false;
    const int32_t answer = emit_some(emit, emit_ctx, emitted);
    if (emitted || answer != PENSTOCK_OK || env_.clock.monotonic_ms() >= deadline_ms) return answer;
  }
}

int32_t Input::emit_some(penstock_emit_fn emit, void* emit_ctx, bool& emitted) {
  const int64_t enough = subscription_.counters().inflated_bytes + static_cast<int64_t>(kBytesAPoll);
  for (;;) {
    if (!batch_waits_) {
      if (current_ == nullptr) {
        if (subscription_.counters().inflated_bytes >= enough || !begin_record()) return PENSTOCK_OK;
      }
      if (subscription_.next(batch_) == SubscriptionReader::Step::end) {
        finish_record();
        continue;
      }
    }
    batch_.ack_id = acks_.add(current_, current_record_);
    current_->progress.hold(current_record_);
    const int32_t answer = emit(emit_ctx, &batch_);
    batch_waits_ = answer < 0;
    if (batch_waits_) {
      acks_.take(batch_.ack_id);
      current_->progress.release(current_record_);
      emit_again_ms_ = env_.clock.monotonic_ms() + kEmitAgainMs;
      return answer;
    }
    emitted = true;
    ++batches_out_;
    if (answer != PENSTOCK_OK) {
      full_ = true;
      // A record whose last batch this was is done when that is settled, and not only when poll() is called again.
      batch_waits_ = subscription_.next(batch_) != SubscriptionReader::Step::end;
      if (!batch_waits_) finish_record();
      return answer;
    }
  }
}

bool Input::can_begin_record() const {
  if (failures_.pending_bytes() > kMostUnwrittenFailureBytes) return false;
  return std::any_of(shards_.begin(), shards_.end(),
                     [](const auto& shard) { return shard->reader && shard->reader->record() != nullptr; });
}

// One record of each shard in turn.
bool Input::begin_record() {
  if (failures_.pending_bytes() > kMostUnwrittenFailureBytes) return false;
  for (size_t i = 0; i < shards_.size(); ++i) {
    Shard* shard = shards_[(next_emitter_ + i) % shards_.size()].get();
    const SourceRecord* record = shard->reader ? shard->reader->record() : nullptr;
    if (record == nullptr) continue;
    next_emitter_ = (next_emitter_ + i + 1) % shards_.size();
    current_ = shard;
    current_record_ = shard->progress.open(record->sequence_number);
    origin_ = {};
    origin_.struct_size = sizeof origin_;
    origin_.record_stride = sizeof(penstock_record);
    origin_.region = bytes(client_.region());
    origin_.stream = bytes(options_.stream);
    origin_.shard_id = bytes(shard->info.id);
    origin_.sequence_number = bytes(record->sequence_number);
    origin_.partition_key = bytes(record->partition_key);
    origin_.arrival_time_ms = record->arrival_time_ms;
    subscription_.begin(record->data, origin_);
    return true;
  }
  return false;
}

void Input::finish_record() {
  Shard& shard = *std::exchange(current_, nullptr);
  ShardReader& reader = *shard.reader;
  if (const Status& problem = subscription_.problem(); !problem.ok()) {
    failures_.add("input", problem.message(), origin_, view(origin_.partition_key), reader.record()->data);
    unflushed_.push_back({&shard, current_record_});
    if (unflushed_.size() == 1) next_flush_ms_ = env_.clock.monotonic_ms();
  } else if (shard.progress.release(current_record_)) {
    settled_since_save_ = true;
  }
  if (!unknown_type_told_ && !subscription_.unknown_type().empty()) {
    unknown_type_told_ = true;
    env_.log(LogLevel::warn, "stream " + options_.stream + ", shard " + shard.info.id +
                                 ": messages of the type \"" + subscription_.unknown_type() +
                                 "\" are not known here; they are skipped and counted (other_messages)");
  }
  reader.take_record();
  retire_if_ended(shard);
}

// ---- Settling
// -----------------------------------------------------------------------------------------------------

bool Input::ack(uint64_t ack_id, int32_t outcome) {
  const auto entry = acks_.take(ack_id);
  if (!entry) return false;
  Shard& shard = *entry->shard;
  if (outcome != PENSTOCK_GIVEN_BACK) {
    shard.progress.release(entry->record);
    settled_since_save_ = true;
    if (shard.progress.position() == kShardEnd) start_readers();
  } else if (shard.progress.abandon(entry->record)) {
    ++holes_;
    env_.log(LogLevel::warn, "stream " + options_.stream + ", shard " + shard.info.id +
                                 ": a batch was given back; the checkpoint stays behind " +
                                 (shard.progress.position().empty() ? "the start" : shard.progress.position()) +
                                 " until a restart, and all after it is then read again");
  }
  return true;
}

Status Input::flush_failures() {
  Status flushed = failures_.flush();
  failures_written_ = flushed.ok();
  if (!flushed.ok()) {
    next_flush_ms_ = env_.clock.monotonic_ms() + kFlushRetryMs;
    return flushed;
  }
  for (const Unflushed& done : unflushed_) done.shard->progress.release(done.record);
  unflushed_.clear();
  settled_since_save_ = true;
  start_readers();
  return {};
}

Status Input::save_checkpoint() {
  next_save_ms_ = env_.clock.monotonic_ms() + options_.checkpoint_interval_ms;
  bool moved = false;
  for (const auto& shard : shards_) {
    const std::string& position = shard->progress.position();
    if (position.empty() || position == shard->checkpoint) continue;
    checkpoint_.shards[shard->info.id] = position;
    moved = true;
  }
  if (moved) {
    Status saved = checkpoints_.save(checkpoint_);
    checkpoint_saved_ = saved.ok();
    if (!saved.ok()) return saved;
    for (const auto& shard : shards_)
      if (const auto entry = checkpoint_.shards.find(shard->info.id); entry != checkpoint_.shards.end())
        shard->checkpoint = entry->second;
  }
  settled_since_save_ = false;
  return {};
}

void Input::stats(penstock_stat_fn stat, void* stat_ctx) const {
  const auto tell = [&](int32_t kind, const char* name, const char* unit, const char* help, int64_t value) {
    const penstock_stat one = {sizeof(penstock_stat), kind, name, unit, help, value};
    stat(stat_ctx, &one);
  };
  const auto count = [&](const char* name, const char* unit, const char* help, int64_t value) {
    tell(PENSTOCK_COUNTER, name, unit, help, value);
  };
  const auto level = [&](const char* name, const char* unit, const char* help, int64_t value) {
    tell(PENSTOCK_GAUGE, name, unit, help, value);
  };
  int64_t behind_ms = 0, open_records = 0, reading = 0;
  bool all_known = !shards_.empty();
  for (const auto& shard : shards_) {
    open_records += static_cast<int64_t>(shard->progress.open_records());
    if (!shard->reader) continue;
    ++reading;
    behind_ms = std::max(behind_ms, shard->reader->behind_latest_ms());
    all_known = all_known && shard->reader->behind_latest_ms() >= 0;
  }
  const SubscriptionCounters& logs = subscription_.counters();
  count("records_in", "records", "source records received", reader_counters_.records);
  count("bytes_in", "bytes", "their data, as it came", reader_counters_.bytes);
  count("text_bytes", "bytes", "their text, inflated", logs.inflated_bytes);
  count("events_out", "events", "log events found in them", logs.events);
  count("batches_out", "batches", "batches emitted", batches_out_);
  count("control_messages", "messages", "health checks, skipped", logs.control_messages);
  count("other_messages", "messages", "messages of an unknown type, skipped", logs.other_messages);
  count("calls", "calls", "GetShardIterator and GetRecords", reader_counters_.calls);
  count("retries", "calls", "of these, failed and made again", reader_counters_.retries);
  count("failures", "records", "source records in the failure file", failures_.recorded());
  count("holes", "records", "source records given back: the checkpoint of their shard stands still", holes_);
  level("lag_ms", "ms", "how far behind the newest record the slowest shard is; -1 until all have answered",
        all_known ? behind_ms : -1);
  level("shards", "shards", "being read", reading);
  level("outstanding", "batches", "emitted, not settled yet", static_cast<int64_t>(acks_.outstanding()));
  level("open_records", "records", "source records that the checkpoint has not passed", open_records);
  level("memory", "bytes", "held or reserved, under mem_limit", static_cast<int64_t>(held_bytes()));
  level("healthy", "", "0 while the checkpoint or the failure file cannot be written",
        failures_written_ && checkpoint_saved_ ? 1 : 0);
}

Status Input::close() {
  Status flushed = unflushed_.empty() ? Status() : flush_failures();
  Status saved = save_checkpoint();
  return flushed.ok() ? saved : flushed;
}

}  // namespace penstock
