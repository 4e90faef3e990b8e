#include "tests/simulator/process.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "core/kinesis/input/input.h"
#include "core/kinesis/input/local_assignment.h"
#include "core/kinesis/queue/queue_input.h"
#include "core/leases/lease_coordinator.h"

namespace penstock::simulator {

namespace {

constexpr int64_t kCallTimeoutMs = 30'000;
constexpr int64_t kBlockedMs = 20;     // as in the host: an input that cannot emit is not polled more often
constexpr int64_t kMinCloseMs = 1000;  // as in the host
constexpr size_t kLargestDataBytes = size_t{10 << 20} / 3 * 4;  // of a record, in base64
constexpr size_t kLargestResponseBytes = 14 << 20;              // with one such record, which is allowed alone
constexpr int kTurnsALook = 16;

// What memory use may exceed its limit by: the batch that fills it up, and the one call that is always allowed.
size_t max_overshoot_bytes(const Plan& plan) {
  constexpr size_t kPieceBytes = 128 << 10;
  const size_t largest = plan.max_record_bytes < 1 << 20 ? plan.max_record_bytes : 0;  // too large for the stream
  return kPieceBytes + 6 * plan.max_events_per_record * (plan.max_event_bytes + largest + 500);
}

logs::LambdaFilterOptions filter_options() {
  logs::LambdaFilterOptions options;
  options.drop = 1U << static_cast<uint32_t>(logs::LambdaEvent::start);
  return options;
}

kinesis::InputOptions input_options(const Plan& plan) {
  kinesis::InputOptions options;
  options.reading = {.poll_interval_ms = plan.poll_interval_ms, .max_records = plan.max_records};
  options.mem_limit_bytes = plan.input_mem_bytes;
  options.limits.retries = plan.input_retry_limit;
  options.limits.age_ms = plan.input_max_age_ms;
  return options;
}

kinesis::QueueInputOptions queue_input_options(const Plan& plan) {
  kinesis::QueueInputOptions options;
  options.mem_limit_bytes = plan.input_mem_bytes;
  options.limits.retries = plan.input_retry_limit;
  options.limits.age_ms = plan.input_max_age_ms;
  return options;
}

kinesis::Writer::Options writer_options(const Plan& plan) {
  kinesis::Writer::Options options = {};
  options.stream = "out";
  options.mem_limit_bytes = plan.output_mem_bytes;
  options.max_record_bytes = plan.max_record_bytes;
  options.record_retry_limit = plan.output_retry_limit;
  options.partition_keys = std::move(*kinesis::PartitionKeys::make(plan.partition_key, "log_stream"));
  options.calls = {.linger_ms = plan.linger_ms,
                   .max_record_age_ms = plan.output_max_age_ms,
                   .order_per_key = plan.per_key,
                   .aggregator = plan.aggregator};
  return options;
}

}  // namespace

aws::ServiceCall Process::call_of(Client& client) {
  return [&client](std::string_view operation, std::string body, size_t max_bytes, aws::ServiceClient::Done done) {
    client.call(operation, std::move(body), max_bytes, std::move(done));
  };
}

Result<std::unique_ptr<Process>> Process::start(const Plan& plan, ProcessEnv env, Checker& checker,
                                                Watches watches, const Trace& trace, std::string name) {
  const std::string on_failure = "file:" + std::string(kFailuresPath);
  const kinesis::DeadLetterLimits file_limits = {.file_bytes = plan.dead_letter_file_bytes};
  std::unique_ptr<kinesis::DeadLetterFile> in_failures;
  if (!plan.leaves_dead_letters) {
    auto opened = kinesis::DeadLetterFile::open(env.in.env(), on_failure, file_limits);
    if (!opened.ok()) return opened.status();
    in_failures = std::move(*opened);
  }
  auto out_failures = kinesis::DeadLetterFile::open(env.out.env(), on_failure, file_limits);
  if (!out_failures.ok()) return out_failures.status();
  std::unique_ptr<Process> process(new Process(plan, env, checker, watches, trace, std::move(name),
                                               std::move(in_failures), std::move(*out_failures)));
  if (Status started = process->start_input(); !started.ok()) return started;
  return process;
}

Status Process::start_input() {
  if (watches_.queue != nullptr) {
    input_ = std::make_unique<kinesis::QueueInput>(env_.in.env(), in_client_,
                                                   *kinesis::parse_queue_arn(watches_.queue->arn()),
                                                   in_failures_.get(), queue_input_options(plan_));
    return {};
  }
  if (Status started = start_assignment(); !started.ok()) return started;
  std::vector<kinesis::InputStream> streams;
  for (size_t i = 0; i < plan_.streams; ++i)
    streams.push_back({{kSourceStreams[i], kSourceStreams[i], "", ""}, &in_client_});
  input_ =
      std::make_unique<kinesis::Input>(env_.in.env(), streams, *assignment_, *in_failures_, input_options(plan_));
  return {};
}

Status Process::start_assignment() {
  const kinesis::InitialPosition initial = {plan_.initial, env_.epoch_ms + plan_.initial_ms};
  if (watches_.leases != nullptr) {
    assignment_ = std::make_unique<leases::LeaseCoordinator>(
        env_.in.env(), table_,
        leases::LeaseOptions{.worker = name_,
                             .streams = plan_.streams,
                             .initial = initial,
                             .failover_ms = plan_.failover_ms,
                             .checkpoint_interval_ms = plan_.checkpoint_interval_ms,
                             .definition = {}});
    return {};
  }
  auto own = kinesis::LocalAssignment::open(
      env_.in.env(), "file:" + std::string(kCheckpointPath),
      {.initial = initial, .checkpoint_interval_ms = plan_.checkpoint_interval_ms, .selected = {}});
  if (!own.ok()) return own.status();
  assignment_ = std::move(*own);
  return {};
}

Process::Process(const Plan& plan, ProcessEnv env, Checker& checker, Watches watches, const Trace& trace,
                 std::string name, std::unique_ptr<kinesis::DeadLetterFile> in_failures,
                 std::unique_ptr<kinesis::DeadLetterFile> out_failures)
    : plan_(plan),
      env_(env),
      checker_(checker),
      watches_(watches),
      trace_(trace),
      name_(std::move(name)),
      in_client_(env.in.env(), aws::kKinesisProtocol, "kinesis", kCallTimeoutMs),
      out_client_(env.out.env(), aws::kKinesisProtocol, "kinesis", kCallTimeoutMs),
      table_client_(env.in.env(), aws::kDynamoDbProtocol, "dynamodb",
                    std::min(kCallTimeoutMs, plan.failover_ms / 3)),
      table_(call_of(table_client_), "app", "us-east-1"),
      in_failures_(std::move(in_failures)),
      out_failures_(std::move(out_failures)),
      filter_(filter_options()),
      writer_(env.out.env(), *out_failures_, writer_options(plan), call_of(out_client_)) {}

// ---- The path of a batch

int32_t Process::on_emit(void* ctx, const penstock_batch* batch) {
  auto& self = *static_cast<Process*>(ctx);
  const bool taken = !self.env_.taking.rejects();
  if (self.trace_.on())
    self.trace_.line(self.name_, "emits batch " + std::to_string(batch->ack_id) + ", " +
                                     std::to_string(batch->record_count) + " events from item " +
                                     std::to_string(Ledger::marked(view(batch->records[0].body)).value_or(0)) +
                                     " of " + shard_name(view(batch->stream), view(batch->shard_id)) +
                                     (taken ? "" : ", refused"));
  if (self.watches_.leases != nullptr)
    self.watches_.leases->emitted(self.name_, shard_name(view(batch->stream), view(batch->shard_id)));
  if (self.watches_.queue != nullptr)
    self.watches_.queue->emitted(self.name_, std::string(view(batch->sequence_number)));
  self.checker_.offered(self.name_, *batch, self.env_.clock.wall_ms());
  if (!taken) {
    self.checker_.rejected(self.name_, *batch);
    return PENSTOCK_E_STATE;
  }
  self.checker_.emitted(self.name_, *batch);
  self.events_emitted_ += static_cast<int64_t>(batch->record_count);
  self.batch_ = self.fan_in_.open(0, batch->ack_id);
  penstock_batch named = *batch;
  named.ack_id = self.batch_;
  self.filter_.apply(named, on_filtered, ctx);
  self.fan_in_.unref(self.batch_);
  return self.full_ ? PENSTOCK_FULL : PENSTOCK_OK;
}

int32_t Process::on_filtered(void* ctx, const penstock_batch* batch) {
  auto& self = *static_cast<Process*>(ctx);
  if (!self.writer_.write(*batch).ok()) {
    self.fan_in_.worsen(self.batch_, PENSTOCK_RELEASED);
    return PENSTOCK_OK;
  }
  self.records_written_ += static_cast<int64_t>(batch->record_count);
  self.fan_in_.add(self.batch_);
  self.written_ = true;
  self.full_ = self.writer_.full();
  return self.full_ ? PENSTOCK_FULL : PENSTOCK_OK;
}

// ---- A turn of the host's loop

void Process::turn() {
  turn_output();
  deliver_acks();
  turn_input();
  deliver_acks();  // for batches of which the filter left nothing
  began_ = true;
  check();
}

void Process::turn_output() {
  const int64_t now_ms = env_.clock.monotonic_ms();
  const int64_t due_ms = std::min(writer_.next_deadline_ms(), env_.out.transport().next_deadline_ms());
  if (began_ && !written_ && due_ms > now_ms) return;
  written_ = false;
  writer_.advance();
  env_.out.env().transport.drive(now_ms);
  writer_.advance();
  for (const kinesis::SettledBatch& batch : writer_.take_settled()) {
    if (trace_.on() && batch.outcome != PENSTOCK_DELIVERED)
      trace_.line(name_, "settles batch " + std::to_string(batch.ack_id) + " as " + std::to_string(batch.outcome));
    fan_in_.settle(batch.ack_id, batch.outcome);
  }
  full_ = writer_.full();
}

void Process::turn_input() {
  const int64_t now_ms = env_.clock.monotonic_ms();
  const bool blocked = draining_ || full_;
  const bool unblocked = std::exchange(was_blocked_, blocked) && !blocked;
  if (!blocked) pump_not_before_ms_ = 0;
  const bool due = now_ms >= pump_not_before_ms_ && input_->next_deadline_ms() <= now_ms;
  if (began_ && !unblocked && !due) return;
  if (blocked) {
    input_->pump(0);
    pump_not_before_ms_ = now_ms + kBlockedMs;
  } else {
    input_->poll(0, on_emit, this);
  }
}

void Process::deliver_acks() {
  std::vector<host::FanInTracker::Settled> settled;
  fan_in_.take_settled(settled);
  for (const host::FanInTracker::Settled& batch : settled)
    if (!input_->ack(batch.ack_id, batch.outcome))
      checker_.violated(Rule::counters_add_up, name_ + ": the input does not know batch " +
                                                   std::to_string(batch.ack_id) + ", which is settled");
}

int64_t Process::next_turn_ms() const {
  if (!began_ || written_) return env_.clock.monotonic_ms();
  const int64_t input_ms = std::max(input_->next_deadline_ms(), pump_not_before_ms_);
  return std::min({input_ms, writer_.next_deadline_ms(), env_.out.transport().next_deadline_ms()});
}

// ---- Shutdown

void Process::begin_drain(int64_t deadline_ms) {
  draining_ = true;
  drain_until_ms_ = deadline_ms;
}

bool Process::has_drained() const {
  return fan_in_.in_flight() == 0 || env_.clock.monotonic_ms() >= drain_until_ms_;
}

bool Process::close() {
  writer_.close();
  do {
    writer_.advance();
    env_.out.env().transport.drive(std::min(writer_.idle() ? 0 : drain_until_ms_, writer_.next_deadline_ms()));
    writer_.advance();
  } while (!writer_.idle() && env_.clock.monotonic_ms() < drain_until_ms_);
  const bool all_settled = writer_.idle();
  writer_.release();
  for (const kinesis::SettledBatch& batch : writer_.take_settled()) fan_in_.settle(batch.ack_id, batch.outcome);
  fan_in_.release_all();
  deliver_acks();
  const int64_t deadline_ms = std::max(drain_until_ms_, env_.clock.monotonic_ms() + kMinCloseMs);
  if (watches_.queue != nullptr) watches_.queue->ends(name_);
  const Status closed = input_->close(deadline_ms);
  if (watches_.queue != nullptr && closed.ok()) watches_.queue->closed(name_);
  if (!closed.ok()) trace_.line(name_, "closed, but: " + closed.message());
  return closed.ok() && all_settled && input_stat("lost_leases") <= 0;
}

// ---- Invariants

int64_t Process::input_stat(std::string_view name) const {
  struct Wanted {
    std::string_view name;
    int64_t value = -1;
  } wanted{name};
  input_->stats(MetricsSink(
      [](void* ctx, const penstock_stat* stat) {
        auto& of = *static_cast<Wanted*>(ctx);
        if (of.name == stat->name && stat->label.size == 0) of.value = stat->value;
      },
      &wanted));
  return wanted.value;
}

void Process::check() {
  const kinesis::WriterCounters counters = writer_.counters();
  const int64_t in_flight = counters.received_records - counters.delivered_records - counters.dead_letters;
  if (counters.received_records != records_written_ || in_flight < 0 || (writer_.idle() && in_flight != 0))
    checker_.violated(Rule::counters_add_up, name_ + ": the output counts " +
                                                 std::to_string(counters.received_records) + " records in, " +
                                                 std::to_string(counters.delivered_records) + " out and " +
                                                 std::to_string(counters.dead_letters) + " failures, of " +
                                                 std::to_string(records_written_) + " written");
  const logs::LambdaFilterCounters& filtered = filter_.counters();
  if (filtered.records != events_emitted_ || filtered.records != filtered.system_lines + filtered.passed_through +
                                                                     filtered.wrapped + filtered.dropped +
                                                                     filtered.excluded)
    checker_.violated(Rule::counters_add_up, name_ + ": the filter's counters do not add up");
  const auto most = writer_.idle() ? 0 : static_cast<int64_t>(plan_.output_mem_bytes + max_overshoot_bytes(plan_));
  if (counters.in_flight_bytes > most)
    checker_.violated(Rule::memory_bounded, name_ + ": the output holds " +
                                                std::to_string(counters.in_flight_bytes) + " bytes; allowed are " +
                                                std::to_string(most));
  if (++turns_ % kTurnsALook == 0) check_input();
}

void Process::check_input() {
  if (const int64_t outstanding = input_stat("unacked_batches");
      outstanding != static_cast<int64_t>(fan_in_.in_flight()))
    checker_.violated(Rule::counters_add_up, name_ + ": the input counts " + std::to_string(outstanding) +
                                                 " batches outstanding, of " +
                                                 std::to_string(fan_in_.in_flight()));
  if (!plan_.queue && input_stat("gaps") != checker_.gaps_logged(name_))
    checker_.violated(Rule::counters_add_up, name_ + ": the input counts other gaps than it logs");
  if (input_stat("released_records") > 0) checker_.violated(Rule::nothing_lost, name_ + ": the input logs a hole");
  // The limit is its own or, if that is smaller, the space for one response with a largest record, alone.
  const auto memory = static_cast<size_t>(input_stat("memory_bytes"));
  const size_t more = max_overshoot_bytes(plan_);
  const bool is_one_largest = memory >= kLargestDataBytes && memory <= kLargestResponseBytes + more;
  if (memory > plan_.input_mem_bytes + more && !is_one_largest)
    checker_.violated(Rule::memory_bounded, name_ + ": the input holds " + std::to_string(memory) +
                                                " bytes; allowed are " +
                                                std::to_string(plan_.input_mem_bytes + more));
}

}  // namespace penstock::simulator
