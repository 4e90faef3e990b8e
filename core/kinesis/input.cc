#include "core/kinesis/input.h"

#include <algorithm>
#include <exception>
#include <new>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/bytes.h"

namespace penstock {

namespace {
// Of text to inflate, and of batches to emit: so that a caller's one thread stays responsive, and holds no more at
// a time, whatever a record contains.
constexpr size_t kBytesAPoll = 1 << 20;
// Of mem_limit, for what is known of records that are not settled. At that, emitting waits.
constexpr size_t kTablesShare = 2;
constexpr size_t kMostCalls = 64;  // under way, each on a connection
constexpr int64_t kEmitAgainMs = 100;
constexpr int64_t kUnreadablePauseMs = 5000;
constexpr int64_t kDefectPauseMs = 30000;
constexpr int64_t kLookAgainMs = 1000;  // for a shard whose end is in doubt

// Where the shard's is not known, all of it.
HashKeyRange range_of(const ShardInfo& shard) {
  if (shard.last_hash_key == 0) return {};
  return {shard.first_hash_key, shard.last_hash_key};
}
}  // namespace

Input::Input(Env& env, const std::vector<InputStream>& streams, Assignment& assignment, FailureLog& failures,
             InputOptions options)
    : env_(env),
      assignment_(assignment),
      options_(options),
      reporter_(env),
      reads_(streams.size()),
      settlement_(env, failures, shards_, options.stuck_warning_ms, options.mem_limit_bytes / kTablesShare),
      unpacker_(options.unpack) {
  for (const InputStream& stream : streams)
    streams_.emplace_back(
        env, *stream.client, reporter_, totals_, stream.name,
        [this, index = streams_.size()](const StreamIdentity& identity, const std::vector<ShardInfo>& shards,
                                        int64_t start_ms) { return listed(index, identity, shards, start_ms); });
}

// ---- Reading
// ------------------------------------------------------------------------------------------------------

template <typename Work>
auto Input::in_order(const Work& work) {
  try {
    if (interrupted_) put_in_order();
    return work();
  } catch (...) {
    interrupted_ = true;
    throw;
  }
}

// What follows from the shards is made anew from them.
void Input::put_in_order() {
  schedule_.clear();
  calls_ = 0;
  for (const GrantedShards* shards : {&shards_, &lost_})
    for (const auto& [grant, shard] : *shards) calls_ += shard->reader && shard->reader->calling() ? 1 : 0;
  for (const auto& [grant, shard] : shards_)
    if (shard->reader && shard.get() != current_) schedule_.place(*shard);
  if (current_ != nullptr) put_aside();  // the unpacker may have stopped in the middle of anything
  interrupted_ = false;
}

void Input::pump(int64_t deadline_ms) {
  in_order([&] { turn(deadline_ms); });
}

void Input::turn(int64_t deadline_ms) {
  env_.transport.drive(std::min(deadline_ms, next_deadline_ms()));
  advance();
}

void Input::advance() {
  retire_ended();
  for (SourceStream& stream : streams_) stream.advance();
  settlement_.advance();
  tell_moved();
  assignment_.advance();
  take_losses();
  take_grants();
  start_calls();
}

void Input::retire_ended() {
  for (Shard* shard : schedule_.take_ended()) {
    settlement_.ended(*shard);
    shard->reader.reset();
    shard->stream.look_within(0);  // for its children
  }
}

void Input::tell_moved() {
  while (Shard* const shard = settlement_.first_moved()) {
    const ShardPosition& position = shard->progress.position();
    assignment_.settled(shard->grant.id, position);
    settlement_.told_moved();
    if (position.is_end()) shards_.erase(shard->grant.id);
  }
}

void Input::take_grants() {
  if (grants_.empty()) grants_ = assignment_.take_grants();
  while (!grants_.empty()) {
    SourceStream& stream = streams_[grants_.back().stream];
    auto made = std::make_unique<Shard>(grants_.back(), stream);
    Shard& shard = *made;
    shard.reader = std::make_unique<ShardReader>(env_, stream.client(), totals_, stream.name().text,
                                                 shard.grant.shard.id, shard.grant.from, options_.reading,
                                                 [this, &shard](const Status& status) { called(shard, status); });
    if (!shard.grant.shard.open) shard.reader->note_closed();
    shards_[shard.grant.id] = std::move(made);
    grants_.pop_back();
    schedule_.place(shard);
  }
}

// A stream's shards mostly fail together and for one reason.
void Input::report_read(const Shard& shard, const Status& status) {
  const bool warning = status.retryable() || status.code() == Code::not_found;
  reads_[shard.grant.stream].report(
      reporter_, "stream " + shard.stream.name().name,
      Status(status.code(), "shard " + printable(shard.grant.shard.id) + ": " + status.message() +
                                (warning ? "; the read is retried" : "; the read is retried every 30 s")),
      warning ? LogLevel::warn : LogLevel::error);
}

void Input::note_read(const Shard& shard) {
  Incident& incident = reads_[shard.grant.stream];
  if (!incident.logged()) return;
  for (const auto& [id, other] : shards_)
    if (other->grant.stream == shard.grant.stream && other->reader && other->reader->failing()) return;
  incident.recover(env_, "stream " + shard.stream.name().name + ": all of its shards are read again");
}

Status Input::listed(size_t stream, const StreamIdentity& identity, const std::vector<ShardInfo>& shards,
                     int64_t start_ms) {
  std::set<std::string_view> closed;
  for (const ShardInfo& shard : shards)
    if (!shard.open) closed.insert(shard.id);
  Status taken = assignment_.listed(stream, identity, shards, start_ms);
  if (!taken.ok()) return taken;  // it may be another stream of that name
  for (const auto& [id, shard] : shards_)
    if (shard->grant.stream == stream && shard->reader && closed.contains(shard->grant.shard.id))
      shard->reader->note_closed();
  return taken;
}

// Nothing more is emitted of them, and what comes back of what was emitted is ignored.
void Input::take_losses() {
  std::erase_if(lost_, [](const auto& entry) { return !entry.second->reader->calling(); });
  for (const GrantId id : assignment_.take_losses()) {
    std::erase_if(grants_, [id](const Grant& grant) { return grant.id == id; });
    auto entry = shards_.extract(id);
    if (entry.empty()) continue;
    const std::unique_ptr<Shard>& shard = entry.mapped();
    settlement_.forget(*shard);
    schedule_.remove(*shard);
    if (current_ == shard.get()) {
      current_ = nullptr;
      unpacker_.leave();
    }
    if (shard->reader && shard->reader->calling()) lost_.insert(std::move(entry));
  }
}

void Input::start_calls() {
  const int64_t now_ms = env_.clock.monotonic_ms();
  while (calls_ < kMostCalls && schedule_.next_due_ms() <= now_ms) {
    Shard& shard = schedule_.first_due();
    if (shard.stream.readable() && !room_for_first_due()) return;  // its turn comes first when there is room
    schedule_.take_first_due();
    if (!shard.stream.readable()) {
      schedule_.place(shard, now_ms + kUnreadablePauseMs);
      continue;
    }
    ++calls_;
    shard.reader->start_call(call_bytes());
  }
}

void Input::called(Shard& shard, const Status& status) {
  --calls_;
  // Being throttled is how a shared shard is read; an iterator expires while outputs are full.
  const bool usual =
      status.code() == Code::throttled || status.code() == Code::expired || status.code() == Code::too_large;
  if (status.code() == Code::not_found) shard.stream.lost();
  if (shard.reader->end_in_doubt()) shard.stream.look_within(kLookAgainMs);
  if (!status.ok() && !usual) report_read(shard, status);
  if (status.ok() && !shard.reader->failing()) note_read(shard);
  if (shards_.contains(shard.grant.id)) schedule_.place(shard);
}

size_t Input::held_bytes() const {
  return totals_.held_bytes + unpacker_.buffer_bytes() + settlement_.held_bytes();
}

bool Input::room_for_first_due() const {
  const size_t held = held_bytes();
  // Buffers that are kept for the next record stop nothing.
  const size_t kept = current_ == nullptr ? unpacker_.buffer_bytes() : 0;
  return held <= kept ||
         held + schedule_.first_due().reader->wanted_bytes(call_bytes()) <= options_.mem_limit_bytes;
}

int64_t Input::next_deadline_ms() const {
  const int64_t now_ms = env_.clock.monotonic_ms();
  if (interrupted_) return now_ms;
  const bool records_wait = current_ != nullptr || schedule_.with_records() > 0;
  if (!full_ && records_wait && settlement_.may_begin()) return std::max(now_ms, emit_again_ms_);
  if (schedule_.has_ended() || settlement_.has_moved()) return now_ms;
  int64_t next_ms = std::min(
      {env_.transport.next_deadline_ms(), settlement_.next_deadline_ms(), assignment_.next_deadline_ms()});
  for (const SourceStream& stream : streams_) next_ms = std::min(next_ms, stream.next_call_ms());
  if (calls_ < kMostCalls && schedule_.next_due_ms() != kNever && room_for_first_due())
    next_ms = std::min(next_ms, schedule_.next_due_ms());
  return next_ms;
}

// ---- Emitting
// -----------------------------------------------------------------------------------------------------

int32_t Input::poll(int64_t deadline_ms, penstock_emit_fn emit, void* emit_ctx) {
  full_ = false;
  return in_order([&] {
    for (;;) {
      turn(deadline_ms);
      bool emitted = false;
      const int32_t answer = emit_contained(emit, emit_ctx, emitted);
      if (emitted || answer != PENSTOCK_OK || env_.clock.monotonic_ms() >= deadline_ms) return answer;
    }
  });
}

// A defect that one shard's records bring to light is no reason to stop the others.
int32_t Input::emit_contained(penstock_emit_fn emit, void* emit_ctx, bool& emitted) {
  for (;;) {
    try {
      return emit_some(emit, emit_ctx, emitted);
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& thrown) {
      if (current_ == nullptr) throw;
      reporter_.report(current_->name(),
                       Status(Code::internal, defect_status(thrown).message() +
                                                  "; the shard's records are emitted again after 30 s"));
      current_->emit_after_ms = env_.clock.monotonic_ms() + kDefectPauseMs;
      put_aside();
    }
  }
}

int32_t Input::emit_some(penstock_emit_fn emit, void* emit_ctx, bool& emitted) {
  enough_text_bytes_ = unpacker_.text_bytes() + static_cast<int64_t>(kBytesAPoll);
  size_t emitted_bytes = 0;
  for (;;) {
    if (current_ != nullptr && !assignment_.may_emit(current_->grant.id)) put_aside();
    if (current_ == nullptr && (!may_go_on() || !begin_record())) return PENSTOCK_OK;
    if (emission_.batch_waits) {
      if (const Status why = given_up(); !why.ok()) {
        fail_user_record(why);
        emission_.batch_waits = false;
      }
    }
    if (!emission_.batch_waits && !next_batch()) {
      if (current_ == nullptr) continue;
      return PENSTOCK_OK;  // the rest of the record follows in another poll()
    }
    emission_.batch_waits = true;
    const bool is_too_much = emitted_bytes > 0 && emitted_bytes + unpacker_.batch_bytes() > kBytesAPoll;
    if (is_too_much || !settlement_.may_begin()) return PENSTOCK_OK;
    emitted_bytes += unpacker_.batch_bytes();
    batch_.ack_id = settlement_.hand_out(*current_, emission_.user_record);
    const int32_t answer = emit(emit_ctx, &batch_);
    emission_.batch_waits = answer < 0;
    if (emission_.batch_waits) {
      ++emission_.refusals;
      settlement_.take_back(batch_.ack_id);
      emit_again_ms_ = env_.clock.monotonic_ms() + kEmitAgainMs;
      return answer;
    }
    emitted = true;
    ++batches_out_;
    if (answer != PENSTOCK_OK) {
      full_ = true;
      // A record whose last batch this was is done when that is settled, and not only when poll() is called again.
      emission_.batch_waits = next_batch();
      return answer;
    }
  }
}

// Whether this poll() should go on to another user record.
bool Input::may_go_on() const { return unpacker_.text_bytes() < enough_text_bytes_ && settlement_.may_begin(); }

// One record of each shard in turn.
bool Input::begin_record() {
  for (size_t left = schedule_.with_records(); left > 0; --left) {
    Shard& shard = schedule_.take_with_records();
    if (!assignment_.may_emit(shard.grant.id) || env_.clock.monotonic_ms() < shard.emit_after_ms) {
      schedule_.place(shard);
      continue;
    }
    current_ = &shard;
    emission_ = std::exchange(shard.aside, std::nullopt).value_or(Emission());
    const SourceRecord& record = *shard.reader->record();
    penstock_batch origin = {};
    origin.struct_size = sizeof origin;
    origin.record_stride = sizeof(penstock_record);
    origin.region = bytes(shard.stream.client().region());
    origin.stream = bytes(shard.stream.name().name);
    origin.shard_id = bytes(shard.grant.shard.id);
    origin.sequence_number = bytes(record.sequence_number);
    origin.partition_key = bytes(record.partition_key);
    origin.arrival_time_ms = record.arrival_time_ms;
    if (emission_.through)
      unpacker_.resume(record.data, origin, range_of(shard.grant.shard), *emission_.through, batch_);
    else
      unpacker_.begin(record.data, origin, range_of(shard.grant.shard));
    shard.last_arrival_ms = record.arrival_time_ms;
    if (const auto resumed = shard.reader->take_resumed()) check_resumed(shard, *resumed);
    return true;
  }
  if (schedule_.with_records() > 0) emit_again_ms_ = env_.clock.monotonic_ms() + kEmitAgainMs;
  return false;
}

// A record of which something is emitted goes on when its shard's grant holds again; meanwhile others are emitted.
void Input::put_aside() {
  Shard& shard = *std::exchange(current_, nullptr);
  unpacker_.leave();
  shard.aside = emission_;
  schedule_.place(shard);
}

// The first record of a shard that is resumed should be the one that was dealt with last; what was dealt with of
// it is then passed over.
void Input::check_resumed(const Shard& shard, const ShardPosition& resume) {
  const std::string_view first = shard.reader->record()->sequence_number;
  if (first == resume.sequence_number) {
    emission_.skip_through = resume.sub_sequence_number;
    return;
  }
  ++gaps_;
  env_.log(LogLevel::error, shard.name() + ": the record with sequence number " + resume.sequence_number +
                                ", where it was left, has passed the stream's retention. It is read on from " +
                                printable(first) + "; what came in between is lost");
}

// Fills in the record's next batch; false where there is none any more, and the record is finished, or where this
// poll() has done enough.
bool Input::next_batch() {
  for (;;) {
    if (emission_.in_user_record) {
      if (unpacker_.next(batch_)) {
        emission_.through = unpacker_.unpacked_through();
        return true;
      }
      finish_user_record();
    } else if (unpacker_.has_more_user_records() && !may_go_on()) {
      return false;
    } else if (!begin_user_record()) {
      finish_record();
      return false;
    }
  }
}

bool Input::begin_user_record() {
  do {
    if (!unpacker_.next_user_record()) return false;
  } while (emission_.skip_through && unpacker_.origin().sub_sequence_number <= *emission_.skip_through);
  const penstock_batch& origin = unpacker_.origin();
  emission_.user_record =
      settlement_.begin(*current_, {std::string(view(origin.sequence_number)), origin.sub_sequence_number});
  emission_.through = unpacker_.unpacked_through();
  emission_.refusals = 0;
  emission_.in_user_record = true;
  if (const Status why = given_up(); !why.ok()) fail_user_record(why);
  return true;
}

void Input::finish_user_record() {
  if (const Status& problem = unpacker_.problem(); !problem.ok()) return fail_user_record(problem);
  settlement_.read(*current_, emission_.user_record);
  emission_.in_user_record = false;
}

void Input::fail_user_record(const Status& why) {
  settlement_.failed(*current_, emission_.user_record, why, unpacker_.origin(), unpacker_.data());
  emission_.in_user_record = false;
}

// Why the user record is not to be emitted any more, or at all; ok: it is.
Status Input::given_up() const {
  if (options_.record_retry_limit && emission_.refusals > *options_.record_retry_limit)
    return {Code::invalid, "refused by what takes the records, " + std::to_string(emission_.refusals) +
                               " times; record_retry_limit is " + std::to_string(*options_.record_retry_limit)};
  if (!options_.max_record_age_ms) return {};
  const int64_t age_ms = env_.clock.wall_ms() - unpacker_.origin().arrival_time_ms;
  if (age_ms <= *options_.max_record_age_ms) return {};
  return {Code::invalid, "it arrived " + std::to_string(age_ms) + " ms ago; max_record_age is " +
                             std::to_string(*options_.max_record_age_ms) + " ms"};
}

void Input::finish_record() {
  Shard& shard = *std::exchange(current_, nullptr);
  shard.reader->take_record();
  schedule_.place(shard);
  tell_left_out(shard);
}

// What is left out on purpose is said once; the counters say how much.
void Input::tell_left_out(const Shard& shard) {
  if (!unknown_type_told_ && !unpacker_.unknown_type().empty()) {
    unknown_type_told_ = true;
    env_.log(LogLevel::warn, shard.name() + ": messages of the type \"" + unpacker_.unknown_type() +
                                 "\" are not known here; they are skipped and counted (other_messages)");
  }
  if (!outside_range_told_ && unpacker_.counters().outside_range > 0) {
    outside_range_told_ = true;
    env_.log(LogLevel::warn, shard.name() +
                                 ": aggregated records have user records of other shards' hash ranges in them. "
                                 "The KPL sends these again, so they are left out here and counted "
                                 "(outside_range). If something else aggregates, write hash_range_rule off");
  }
}

// ---- The end
// ------------------------------------------------------------------------------------------------------

Status Input::close(int64_t deadline_ms) {
  Status flushed = or_out_of_memory([this] { return settlement_.flush(); });
  Status told = or_out_of_memory([this] { return tell_moved(), Status(); });
  assignment_.begin_close();
  while (!assignment_.closed() && env_.clock.monotonic_ms() < deadline_ms) {
    env_.transport.drive(std::min(deadline_ms, assignment_.next_deadline_ms()));
    assignment_.advance();
  }
  if (!flushed.ok()) return flushed;
  if (!told.ok()) return told;
  if (Status saved = assignment_.saved(); !saved.ok()) return saved;
  if (!assignment_.closed())
    return {Code::transient,
            "the time to end was not enough to give back the shards; others wait until they expire"};
  return {};
}

}  // namespace penstock
