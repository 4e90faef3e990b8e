// Emits batches: the records in the order in which they were received, and the user records of each in order.
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "core/kinesis/queue/queue_input.h"

namespace penstock::kinesis {

namespace {

// Limit for the text to inflate, and for the batches to emit, in one poll(). It keeps a caller with a single
// thread responsive, and bounds its memory, whatever a record contains.
constexpr size_t kBytesAPoll = 1 << 20;
constexpr int64_t kEmitAgainMs = 100;

}  // namespace

// Emits, and contains defects: a record that triggers an exception is released, and becomes a dead letter of the
// queue if that happens at each receive.
int32_t QueueInput::emit_contained(penstock_emit_fn emit, void* emit_ctx, bool& emitted) {
  for (;;) {
    try {
      return emit_some(emit, emit_ctx, emitted);
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& thrown) {
      if (current_ == 0) throw;
      throttle_.log(watcher_.title(), defect_status(thrown).in("cannot emit a record, which is released"));
      abandon_record();
    }
  }
}

int32_t QueueInput::emit_some(penstock_emit_fn emit, void* emit_ctx, bool& emitted) {
  enough_text_bytes_ = decoder_.text_bytes() + static_cast<int64_t>(kBytesAPoll);
  size_t emitted_bytes = 0;
  for (;;) {
    if (current_ == 0) {
      if (!may_go_on() || receiver_.record() == nullptr) return PENSTOCK_OK;
      begin_record();
    }
    // The queue may have delivered it to another consumer meanwhile.
    if (!in_flight_.is_valid(current_)) {
      abandon_record();
      continue;
    }
    if (emitting_.batch_waits) {
      if (const Status why = given_up(); !why.ok()) {
        fail_user_record(why);
        emitting_.batch_waits = false;
      }
    }
    if (!emitting_.batch_waits && !next_batch()) {
      if (current_ == 0) continue;
      return PENSTOCK_OK;  // the next poll() emits the rest of the record
    }
    emitting_.batch_waits = true;
    const bool is_too_much = emitted_bytes > 0 && emitted_bytes + decoder_.batch_bytes() > kBytesAPoll;
    if (is_too_much || !in_flight_.may_begin()) return PENSTOCK_OK;
    emitted_bytes += decoder_.batch_bytes();
    batch_.ack_id = in_flight_.issue(current_);
    const int32_t result = emit(emit_ctx, &batch_);
    emitting_.batch_waits = result < 0;
    if (emitting_.batch_waits) {
      ++emitting_.rejections;
      in_flight_.revoke(batch_.ack_id);
      emit_again_ms_ = env_.clock.monotonic_ms() + kEmitAgainMs;
      return result;
    }
    emitted = true;
    ++batches_out_;
    volumes_.add(batch_);
    if (result != PENSTOCK_OK) {
      full_ = true;
      // If that was the record's last batch, this finishes the record, so that it can be acknowledged before the
      // next poll().
      emitting_.batch_waits = next_batch();
      return result;
    }
  }
}

// Returns whether this poll() may begin another user record.
bool QueueInput::may_go_on() const { return decoder_.text_bytes() < enough_text_bytes_ && in_flight_.may_begin(); }

void QueueInput::begin_record() {
  emitting_ = {};
  current_ = receiver_.number();
  resume_record();
}

// Decodes the current record up to where it was emitted.
void QueueInput::resume_record() {
  const QueueRecord& record = *receiver_.record();
  penstock_batch origin = {};
  origin.struct_size = sizeof origin;
  origin.record_stride = sizeof(penstock_record);
  origin.region = bytes(client_.region());
  origin.stream = bytes(stream_);
  origin.sequence_number = bytes(record.record_id);
  origin.partition_key = bytes(record.partition_key);
  origin.arrival_time_ms = record.arrival_time_ms;
  if (emitting_.through)
    decoder_.resume(record.data, origin, {}, *emitting_.through, batch_);
  else
    decoder_.begin(record.data, origin, {});
}

// Decodes the record's next batch. Returns false if there are no more, which finishes the record, or if this
// poll() has done enough.
bool QueueInput::next_batch() {
  for (;;) {
    if (emitting_.in_user_record) {
      if (decoder_.next(batch_)) {
        emitting_.through = decoder_.position();
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

bool QueueInput::begin_user_record() {
  if (!decoder_.next_user_record()) return false;
  emitting_.through = decoder_.position();
  emitting_.rejections = 0;
  emitting_.in_user_record = true;
  if (const Status why = given_up(); !why.ok()) fail_user_record(why);
  return true;
}

void QueueInput::finish_user_record() {
  if (const Status& problem = decoder_.problem(); !problem.ok()) return fail_user_record(problem);
  emitting_.in_user_record = false;
}

void QueueInput::fail_user_record(const Status& why) {
  in_flight_.fail(current_, why, decoder_.origin(), decoder_.data());
  emitting_.in_user_record = false;
}

Status QueueInput::given_up() const {
  return options_.limits.check(emitting_.rejections, env_.clock.wall_ms() - decoder_.origin().arrival_time_ms);
}

void QueueInput::finish_record() {
  in_flight_.finish(current_);
  current_ = 0;
  receiver_.take_record();
  log_unknown_type();
}

// Leaves the rest of the current record, which must be received again.
void QueueInput::abandon_record() {
  in_flight_.abandon(current_);
  current_ = 0;
  decoder_.leave();
  receiver_.take_record();
}

// Logs once what is skipped on purpose; the counter has the numbers.
void QueueInput::log_unknown_type() {
  if (unknown_type_logged_ || decoder_.unknown_type().empty()) return;
  unknown_type_logged_ = true;
  env_.warn("PS0310", watcher_.title() + ": unknown message type '" + decoder_.unknown_type() +
                          "'; messages of unknown types are skipped and counted (unknown_messages)");
}

}  // namespace penstock::kinesis
