#include "tests/simulator/chaos.h"

#include <algorithm>
#include <utility>

namespace penstock::simulator {

namespace {
constexpr int64_t kGraceMs = 5000;
constexpr int64_t kCalmLatencyMs = 5;
constexpr size_t kRoomOnFullDisk = 1500;  // bytes: some lines of a dead-letter file, and a part of one more
}  // namespace

Chaos::Chaos(const Plan& plan, const Deployment& deployment, const Trace& trace, int64_t start_ms)
    : plan_(plan), to_(deployment), trace_(trace), start_ms_(start_ms) {
  for (const auto& machine : to_.machines) {
    machine->set_network(plan.min_latency_ms, plan.max_latency_ms, plan.network);
    machine->set_disk(plan.files);
    machine->set_rejections(plan.rejected_share);
  }
  sources_.push_back(to_.kinesis.stream(kSourceStreams[0]));
  apply_rates();
  note_shards();
}

int64_t Chaos::next_ms() const {
  int64_t next_ms = next_ < plan_.chaos_events.size() ? start_ms_ + plan_.chaos_events[next_].at_ms : kNever;
  for (const Event& event : under_way_) next_ms = std::min(next_ms, end_ms(event));
  if (sources_.size() < plan_.streams) next_ms = std::min(next_ms, start_ms_ + plan_.second_created_ms);
  return next_ms;
}

void Chaos::advance() {
  const int64_t now_ms = to_.clock.monotonic_ms();
  if (sources_.size() < plan_.streams && start_ms_ + plan_.second_created_ms <= now_ms) make_second();
  for (; next_ < plan_.chaos_events.size() && start_ms_ + plan_.chaos_events[next_].at_ms <= now_ms; ++next_)
    begin(plan_.chaos_events[next_]);
  for (size_t i = 0; i < under_way_.size();) {
    const Event event = under_way_[i];
    if (end_ms(event) > now_ms) {
      ++i;
      continue;
    }
    under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(i));
    end(event);
  }
}

void Chaos::calm() {
  calm_ = true;
  next_ = plan_.chaos_events.size();
  for (const Event& event : std::exchange(under_way_, {})) end(event);
  trace_.line("chaos", "calm: no more faults");
  for (const auto& machine : to_.machines) {
    machine->set_network(kCalmLatencyMs, kCalmLatencyMs, {});
    machine->set_disk({});
    machine->set_rejections(0);
    machine->forget_death();
  }
  to_.kinesis.settings().list_shards_lag_ms = 0;
  to_.kinesis.faults().set_rates({});
  to_.dynamodb.faults().set_rates({});
}

void Chaos::apply_rates() {
  model::FaultRates kinesis = plan_.kinesis, dynamodb = plan_.dynamodb;
  const bool storm = std::any_of(under_way_.begin(), under_way_.end(),
                                 [](const Event& event) { return event.kind == Event::Kind::storm; });
  if (storm) {
    kinesis = {.throttle = 1};
    dynamodb = {.throttle = 0.7};
  }
  to_.kinesis.faults().set_rates(kinesis);
  to_.dynamodb.faults().set_rates(dynamodb);
}

void Chaos::begin(const Event& event) {
  if (trace_.on())
    trace_.line("chaos", std::string(name_of(event.kind)) + " (machine " + std::to_string(event.machine) + ")");
  Machine& machine = *to_.machines[event.machine % to_.machines.size()];
  const int64_t now_ms = to_.clock.monotonic_ms();
  under_way_.push_back(event);
  switch (event.kind) {
    case Event::Kind::kill:
      machine.kill();
      machine.down = true;
      break;
    case Event::Kind::crash:
      machine.crash();
      machine.down = true;
      break;
    case Event::Kind::die_writing:
      machine.kill_writing();
      break;
    case Event::Kind::crash_writing:
      machine.crash_writing();
      break;
    case Event::Kind::stop:
      machine.stop(kGraceMs);
      break;
    case Event::Kind::freeze:
      machine.frozen = true;
      break;
    case Event::Kind::cut_input:
      machine.in().transport().cut_off("", now_ms, end_ms(event));
      break;
    case Event::Kind::cut_table:
      machine.in().transport().cut_off("dynamodb", now_ms, end_ms(event));
      break;
    case Event::Kind::cut_output:
      machine.out().transport().cut_off("", now_ms, end_ms(event));
      break;
    case Event::Kind::fill_disk:
      machine.in().files().set_free_bytes(kRoomOnFullDisk);
      machine.out().files().set_free_bytes(kRoomOnFullDisk);
      break;
    case Event::Kind::fail_syncs: {
      sim::FileFaults faults = plan_.files;
      faults.sync = 1;
      machine.set_disk(faults);
      break;
    }
    case Event::Kind::storm:
      apply_rates();
      break;
    case Event::Kind::split:
      split_widest(sources_);
      break;
    case Event::Kind::merge:
      merge();
      break;
    case Event::Kind::split_out:
      split_widest({to_.kinesis.stream("out")});
      break;
    case Event::Kind::expire_iterators:
      to_.kinesis.expire_iterators();
      break;
    case Event::Kind::replace_keys:
      if (machine.process() != nullptr) machine.replace_keys();
      break;
    case Event::Kind::suspend:
      machine.fall_asleep();
      break;
    case Event::Kind::skew_clock:
      machine.set_wall_error_ms(event.by_ms);
      break;
    case Event::Kind::hide:
      for (model::Stream* const stream : sources_)
        for (model::Shard& shard : stream->shards()) shard.hidden_until_ms = to_.clock.unix_ms() + event.for_ms;
      break;
    case Event::Kind::never_end:
      for (model::Stream* const stream : sources_)
        for (model::Shard& shard : stream->shards()) shard.endless_until_ms = to_.clock.unix_ms() + event.for_ms;
      break;
    case Event::Kind::reject:
      machine.reject_all(true);
      break;
    case Event::Kind::trim:
      trim();
      break;
    case Event::Kind::distribute_in:
      in_distribution_ = model::Distribution::automatic;
      for (model::Stream* const stream : sources_) stream->set_distribution(in_distribution_);
      break;
    case Event::Kind::distribute_out:
      to_.kinesis.stream("out")->set_distribution(model::Distribution::automatic);
      break;
    case Event::Kind::kill_kcl:
      to_.kcl_hosts[event.machine]->kill();
      to_.kcl_hosts[event.machine]->down = true;
      break;
    case Event::Kind::stop_kcl:
      to_.kcl_hosts[event.machine]->stop();
      break;
    case Event::Kind::freeze_kcl:
      to_.kcl_hosts[event.machine]->freeze();
      break;
    case Event::Kind::leave:
      leave(event.dies);
      break;
    case Event::Kind::leave_kcl:
      leave_kcl(event.dies);
      break;
  }
}

void Chaos::leave(bool dies) {
  left_ = true;
  for (const auto& machine : to_.machines) {
    if (dies)
      machine->kill();
    else
      machine->stop(kGraceMs);
    machine->down = true;
  }
}

void Chaos::leave_kcl(bool dies) {
  kcl_left_ = true;
  for (const auto& host : to_.kcl_hosts) {
    if (dies)
      host->kill();
    else
      host->stop();
    host->down = true;
  }
}

void Chaos::end(const Event& event) {
  Machine& machine = *to_.machines[event.machine % to_.machines.size()];
  switch (event.kind) {
    case Event::Kind::kill:
    case Event::Kind::crash:
      machine.down = left_;
      break;
    case Event::Kind::freeze:
      machine.frozen = false;
      break;
    case Event::Kind::suspend:
      machine.wake();
      break;
    case Event::Kind::skew_clock:
      machine.set_wall_error_ms(0);
      break;
    case Event::Kind::reject:
      machine.reject_all(false);
      break;
    case Event::Kind::fill_disk:
      machine.in().files().set_free_bytes(std::nullopt);
      machine.out().files().set_free_bytes(std::nullopt);
      break;
    case Event::Kind::fail_syncs:
      machine.set_disk(plan_.files);
      break;
    case Event::Kind::storm:
      apply_rates();
      break;
    case Event::Kind::distribute_in:
      if (event.for_ms == 0) return;
      in_distribution_ = model::Distribution::user_partition_key;
      for (model::Stream* const stream : sources_) stream->set_distribution(in_distribution_);
      break;
    case Event::Kind::distribute_out:
      if (event.for_ms == 0) return;
      to_.kinesis.stream("out")->set_distribution(model::Distribution::user_partition_key);
      break;
    case Event::Kind::kill_kcl:
      to_.kcl_hosts[event.machine]->down = kcl_left_;
      break;
    case Event::Kind::freeze_kcl:
      to_.kcl_hosts[event.machine]->thaw();
      break;
    default:
      return;
  }
  if (trace_.on()) trace_.line("chaos", "ends: " + std::string(name_of(event.kind)));
}

void Chaos::changed_hands(const std::string& shard_name) {
  if (calm_ || splits_at_handover_ == plan_.reshards_at_handover) return;
  const size_t slash = shard_name.find('/');
  model::Stream& stream = *to_.kinesis.stream(shard_name.substr(0, slash));
  model::Shard* const shard = stream.find(shard_name.substr(slash + 1));
  if (shard == nullptr || shard->closed() || shard->records.empty()) return;
  ++splits_at_handover_;
  trace_.line("chaos", "splits " + shard_name);
  split(stream, *shard);
}

void Chaos::split_widest(const std::vector<model::Stream*>& streams) {
  model::Stream* of = nullptr;
  model::Shard* widest = nullptr;
  for (model::Stream* const stream : streams)
    for (model::Shard& shard : stream->shards())
      if (!shard.closed() && (widest == nullptr || shard.last - shard.first > widest->last - widest->first)) {
        of = stream;
        widest = &shard;
      }
  split(*of, *widest);
}

void Chaos::split(model::Stream& stream, model::Shard& shard) {
  stream.split(shard, shard.first + (shard.last - shard.first) / 2 + 1, to_.clock.unix_ms());
  note_shards();
}

void Chaos::make_second() {
  trace_.line("chaos", std::string("creates the stream ") + kSourceStreams[1]);
  to_.kinesis.create_stream(kSourceStreams[1], plan_.shards_in, plan_.mode);
  sources_.push_back(to_.kinesis.stream(kSourceStreams[1]));
  sources_.back()->set_distribution(in_distribution_);
  note_shards();
}

void Chaos::merge() {
  model::Stream& stream =
      **std::max_element(sources_.begin(), sources_.end(), [](const model::Stream* a, const model::Stream* b) {
        return a->open_shard_count() < b->open_shard_count();
      });
  if (stream.open_shard_count() < 2) return;
  model::Shard& first = stream.open_shard_for(0);
  stream.merge(first, stream.open_shard_for(first.last + 1), to_.clock.unix_ms());
  note_shards();
}

// Iterators are valid for minutes, and retention is at least a day, so a reader whose iterator was passed must get
// a new one.
void Chaos::trim() {
  for (model::Stream* const stream : sources_)
    for (model::Shard& shard : stream->shards()) {
      if (shard.records.size() < 2) continue;
      to_.kinesis.trim(shard, shard.records.size() / 2);
      to_.ledger.trim(shard_name(stream->name(), shard.id()), shard.trimmed);
    }
  to_.kinesis.expire_iterators();
}

void Chaos::note_shards() {
  for (const model::Stream* const stream : sources_)
    for (const model::Shard& shard : stream->shards()) {
      Ledger::Shard& noted = to_.ledger.shard(shard_name(stream->name(), shard.id()));
      noted.closed = shard.closed();
      noted.parents.clear();
      for (const uint32_t parent : shard.parents)
        noted.parents.push_back(shard_name(stream->name(), stream->shards()[parent].id()));
    }
}

}  // namespace penstock::simulator
