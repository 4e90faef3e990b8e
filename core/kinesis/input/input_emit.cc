// Emits batches: one source record of each shard in turn, and its user records in order.
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "core/kinesis/input/input.h"
#include "core/kinesis/input/stream_errors.h"

namespace penstock::kinesis {

namespace {

// Limit for the text to inflate, and for the batches to emit, in one poll(). It keeps a caller with a single
// thread responsive, and bounds its memory, whatever a record contains.
constexpr size_t kBytesAPoll = 1 << 20;
constexpr int64_t kEmitAgainMs = 100;
constexpr int64_t kDefectPauseMs = 30000;

// Returns the hash keys of the records that belong in the shard: its range, or all hash keys if the range is
// unknown or if the service may have chosen the shard of the record, as it did if the record has no partition key.
HashKeyRange range_of(const ShardInfo& shard, const SourceRecord& record, const StreamWatcher& stream) {
  if (shard.last_hash_key == 0 || record.partition_key.empty() ||
      record.arrival_time_ms < stream.placed_by_key_from_ms())
    return {};
  return {shard.first_hash_key, shard.last_hash_key};
}

}  // namespace

// Emits, and contains defects: if one shard's records trigger an exception, the other shards continue.
int32_t Input::emit_contained(penstock_emit_fn emit, void* emit_ctx, bool& emitted) {
  for (;;) {
    try {
      return emit_some(emit, emit_ctx, emitted);
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& thrown) {
      if (current_ == nullptr) throw;
      throttle_.log(current_->name(), defect_status(thrown).in("cannot emit its records, retrying in 30 s"));
      current_->emit_after_ms = env_.clock.monotonic_ms() + kDefectPauseMs;
      suspend_current();
    }
  }
}

int32_t Input::emit_some(penstock_emit_fn emit, void* emit_ctx, bool& emitted) {
  enough_text_bytes_ = decoder_.text_bytes() + static_cast<int64_t>(kBytesAPoll);
  size_t emitted_bytes = 0;
  for (;;) {
    if (current_ != nullptr && !assignment_.is_valid(current_->grant.id)) suspend_current();
    if (current_ == nullptr && (!may_go_on() || !begin_record())) return PENSTOCK_OK;
    // mutation: rejected batch never given up
    if (emit_state_.batch_waits) {
      if (const Status why = given_up(); !why.ok()) {
        fail_user_record(why);
        emit_state_.batch_waits = false;
      }
    }
    if (!emit_state_.batch_waits && !next_batch()) {
      if (current_ == nullptr) continue;
      return PENSTOCK_OK;  // the next poll() emits the rest of the record
    }
    emit_state_.batch_waits = true;
    const bool is_too_much = emitted_bytes > 0 && emitted_bytes + decoder_.batch_bytes() > kBytesAPoll;
    if (is_too_much || !acks_.may_begin()) return PENSTOCK_OK;
    emitted_bytes += decoder_.batch_bytes();
    batch_.ack_id = acks_.issue(*current_, emit_state_.user_record);
    const int32_t result = emit(emit_ctx, &batch_);
    emit_state_.batch_waits = result < 0;
    if (emit_state_.batch_waits) {
      ++emit_state_.rejections;
      // mutation: batch dropped when the host rejects it
      acks_.revoke(batch_.ack_id);
      emit_again_ms_ = env_.clock.monotonic_ms() + kEmitAgainMs;
      return result;
    }
    emitted = true;
    ++batches_out_;
    volumes_.add(batch_);
    if (result != PENSTOCK_OK) {
      full_ = true;
      // If that was the record's last batch, this finishes the record. Left to the next poll(), the record could
      // not be settled before it.
      // mutation: batch dropped when the outputs are full
      emit_state_.batch_waits = next_batch();
      return result;
    }
  }
}

// Returns whether this poll() may begin another user record.
bool Input::may_go_on() const { return decoder_.text_bytes() < enough_text_bytes_ && acks_.may_begin(); }

// Begins the next record, one of each shard in turn. Returns false if no shard has one to emit now.
bool Input::begin_record() {
  for (size_t left = scheduler_.ready(); left > 0; --left) {
    Shard& shard = scheduler_.pop_ready();
    if (!assignment_.is_valid(shard.grant.id) || env_.clock.monotonic_ms() < shard.emit_after_ms) {
      scheduler_.requeue(shard);
      continue;
    }
    current_ = &shard;
    const SourceRecord& record = *shard.reader->record();
    if (shard.suspended) {
      emit_state_ = *std::exchange(shard.suspended, std::nullopt);
    } else {
      emit_state_ = {};
      emit_state_.range = range_of(shard.grant.shard, record, shard.stream);
    }
    penstock_batch origin = {};
    origin.struct_size = sizeof origin;
    origin.record_stride = sizeof(penstock_record);
    origin.region = bytes(shard.stream.client().region());
    origin.stream = bytes(shard.stream.name().name);
    origin.shard_id = bytes(shard.grant.shard.id);
    origin.sequence_number = bytes(record.sequence_number);
    origin.partition_key = bytes(record.partition_key);
    origin.arrival_time_ms = record.arrival_time_ms;
    if (emit_state_.through)
      decoder_.resume(record.data, origin, emit_state_.range, *emit_state_.through, batch_);
    else
      decoder_.begin(record.data, origin, emit_state_.range);
    if (record.partition_key.empty()) shard.stream.on_unexpected_shard(record.arrival_time_ms);
    shard.last_arrival_ms = record.arrival_time_ms;
    if (const auto resumed = shard.reader->take_resumed()) check_resumed(shard, *resumed);
    return true;
  }
  if (scheduler_.ready() > 0) emit_again_ms_ = env_.clock.monotonic_ms() + kEmitAgainMs;
  return false;
}

// Suspends the current record. It continues when its shard's grant is valid again; meanwhile, records of other
// shards are emitted.
void Input::suspend_current() {
  Shard& shard = *std::exchange(current_, nullptr);
  decoder_.leave();
  shard.suspended = emit_state_;
  scheduler_.requeue(shard);
}

// Checks the first record of a resumed shard. It should be the last record that was processed before; its user
// records that are settled are then skipped.
void Input::check_resumed(const Shard& shard, const ShardPosition& resume) {
  const std::string_view first = shard.reader->record()->sequence_number;
  if (first == resume.sequence_number) {
    // mutation: one user record too many skipped
    emit_state_.skip_through = resume.sub_sequence_number;
    return;
  }
  // mutation: gap after retention not logged
  ++gaps_;
  env_.log(LogLevel::error, lost_to_retention(shard.name(), "last read: " + resume.sequence_number +
                                                                ", next available: " + printable(first))
                                .text());
}

// Decodes the record's next batch. Returns false if there are no more, which finishes the record, or if this
// poll() has done enough.
bool Input::next_batch() {
  for (;;) {
    if (emit_state_.in_user_record) {
      if (decoder_.next(batch_)) {
        emit_state_.through = decoder_.position();
        return true;
      }
      finish_user_record();
    } else if (decoder_.has_more_user_records() && !may_go_on()) {
      return false;
    } else if (!begin_user_record()) {
      finish_record();
      return false;
    }
  }
}

bool Input::begin_user_record() {
  do {
    if (!decoder_.next_user_record()) return false;
  } while (emit_state_.skip_through && decoder_.origin().sub_sequence_number <= *emit_state_.skip_through);
  const penstock_batch& origin = decoder_.origin();
  if (decoder_.in_unexpected_shard()) current_->stream.on_unexpected_shard(origin.arrival_time_ms);
  emit_state_.user_record =
      acks_.begin(*current_, {std::string(view(origin.sequence_number)), origin.sub_sequence_number});
  emit_state_.through = decoder_.position();
  // mutation: rejections of one record count for the next
  emit_state_.rejections = 0;
  emit_state_.in_user_record = true;
  if (const Status why = given_up(); !why.ok()) fail_user_record(why);
  return true;
}

void Input::finish_user_record() {
  if (const Status& problem = decoder_.problem(); !problem.ok()) return fail_user_record(problem);
  acks_.finish(*current_, emit_state_.user_record);
  emit_state_.in_user_record = false;
}

void Input::fail_user_record(const Status& why) {
  acks_.fail(*current_, emit_state_.user_record, why, decoder_.origin(), decoder_.data());
  emit_state_.in_user_record = false;
}

// Returns why the user record must not, or no longer, be emitted; ok if it may be.
Status Input::given_up() const {
  return options_.limits.check(emit_state_.rejections, env_.clock.wall_ms() - decoder_.origin().arrival_time_ms);
}

void Input::finish_record() {
  Shard& shard = *std::exchange(current_, nullptr);
  shard.reader->take_record();
  scheduler_.requeue(shard);
  log_left_out(shard);
  if (std::exchange(shard.emit_after_ms, 0) != 0)
    env_.log(LogLevel::info, shard.name() + ": its records are emitted again");
}

// Logs once what is skipped on purpose; the counters have the numbers.
void Input::log_left_out(const Shard& shard) {
  if (!unknown_type_logged_ && !decoder_.unknown_type().empty()) {
    unknown_type_logged_ = true;
    env_.warn("PS0310", shard.name() + ": unknown message type '" + decoder_.unknown_type() +
                            "'; messages of unknown types are skipped and counted (unknown_messages)");
  }
  if (!outside_range_logged_ && decoder_.counters().outside_range > 0) {
    outside_range_logged_ = true;
    env_.warn("PS0311", shard.name() +
                            ": aggregated records contain user records outside the shard's hash key range, which "
                            "are skipped and counted (out_of_range_records), because the KPL sends them again; if "
                            "another program aggregates the records, set hash_range_rule off");
  }
}

}  // namespace penstock::kinesis
