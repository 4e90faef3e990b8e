#include "tests/simulator/world.h"

#include <algorithm>
#include <utility>

namespace penstock::simulator {

namespace {

constexpr int64_t kMostDrainMs = 300'000;
constexpr int64_t kGraceMs = 5000;
constexpr int64_t kCalmLatencyMs = 5;
constexpr int64_t kAfterwardsMs = 20'000;
constexpr int kMostTurnsAtATime = 20'000;
constexpr uint64_t kWorldSeed = 0x776F726C64;

model::Settings kinesis_settings(const Plan& plan) {
  model::Settings settings;
  settings.list_shards_page = plan.list_shards_page;
  settings.seed = plan.seed;
  return settings;
}

std::string target_of(const model::Request& request) {
  for (const auto& [name, value] : request.headers)
    if (model::lower_case(name) == "x-amz-target") return value.substr(value.find('.') + 1);
  return request.path;
}

}  // namespace

World::World(const Plan& plan, Trace::Write write)
    : plan_(plan),
      trace_(clock_, std::move(write)),
      judge_(plan_, ledger_, trace_, [this] { read_failure_files(); }),
      kinesis_(kinesis_settings(plan), [this] { return clock_.unix_ms(); }),
      dynamodb_({.stale_ms = plan.stale_ms, .seed = plan.seed}, [this] { return clock_.unix_ms(); }),
      producer_(plan_, kinesis_, ledger_, start_ms_),
      sink_(kinesis_, judge_),
      random_(plan.seed ^ kWorldSeed) {
  kinesis_.create_stream("in", plan_.shards_in);
  kinesis_.create_stream("out", plan_.shards_out);
  dynamodb_.make_table("app");
  set_rates(false);
  for (size_t i = 0; i < plan_.machines; ++i)
    machines_.push_back(std::make_unique<Machine>(
        plan_, clock_, judge_, trace_, i,
        [this](const std::string& process, const std::string& host, model::Request request) {
          return serve(process, host, std::move(request));
        }));
}

std::string World::run() {
  while (!judge_.has_failed() &&
         (clock_.monotonic_ms() < start_ms_ + plan_.calm_ms || producer_.next_put_ms() != kNever))
    turn(start_ms_ + plan_.calm_ms);
  if (!judge_.has_failed()) calm();
  if (!judge_.has_failed()) drain();
  if (!judge_.has_failed()) end_in_order();
  if (!judge_.has_failed()) judge_.end();
  return judge_.verdict();
}

// ---- Time
// -------------------------------------------------------------------------------------------------------

void World::run_until(int64_t monotonic_ms) {
  while (!judge_.has_failed() && clock_.monotonic_ms() < monotonic_ms) turn(monotonic_ms);
}

// What is due now, then on to what is next: until_ms at most, if that is not past.
void World::turn(int64_t until_ms) {
  const int64_t now_ms = clock_.monotonic_ms();
  for (; next_deed_ < plan_.deeds.size() && start_ms_ + plan_.deeds[next_deed_].at_ms <= now_ms; ++next_deed_)
    begin(plan_.deeds[next_deed_]);
  std::erase_if(under_way_, [&](const Deed& deed) {
    if (start_ms_ + deed.at_ms + deed.for_ms > now_ms) return false;
    end(deed);
    return true;
  });
  while (producer_.next_put_ms() <= now_ms) producer_.put();
  // Whose turn comes first at a time is chance, too.
  const size_t first = random_.up_to(machines_.size() - 1);
  for (size_t i = 0; i < machines_.size() && !judge_.has_failed(); ++i) {
    Machine& machine = *machines_[(first + i) % machines_.size()];
    if (machine.next_turn_ms() <= clock_.monotonic_ms()) machine.turn();
  }

  turns_at_last_ms_ = std::exchange(last_ms_, clock_.monotonic_ms()) == last_ms_ ? turns_at_last_ms_ + 1 : 0;
  if (turns_at_last_ms_ > kMostTurnsAtATime)
    return judge_.violated(Rule::no_livelock, std::to_string(turns_at_last_ms_) + " turns at one time");
  int64_t next_ms = until_ms > clock_.monotonic_ms() ? until_ms : kNever;
  next_ms = std::min(next_ms, producer_.next_put_ms());
  if (next_deed_ < plan_.deeds.size()) next_ms = std::min(next_ms, start_ms_ + plan_.deeds[next_deed_].at_ms);
  for (const Deed& deed : under_way_) next_ms = std::min(next_ms, start_ms_ + deed.at_ms + deed.for_ms);
  for (const auto& machine : machines_) next_ms = std::min(next_ms, machine->next_turn_ms());
  if (next_ms == kNever) return judge_.violated(Rule::no_livelock, "nothing is due any more");
  clock_.advance_to(next_ms);
}

// ---- What goes wrong
// --------------------------------------------------------------------------------------------

void World::set_rates(bool storm) {
  model::FaultRates kinesis = plan_.kinesis, dynamodb = plan_.dynamodb;
  if (storm) {
    kinesis = {.throttle = 0.7, .refuse_records = 0.7};
    dynamodb = {.throttle = 0.7};
  }
  kinesis_.faults().set_rates(kinesis);
  dynamodb_.faults().set_rates(dynamodb);
}

void World::begin(const Deed& deed) {
  trace_.line("chaos", name_of(deed.kind));
  Machine& machine = *machines_[deed.machine];
  const int64_t until_ms = start_ms_ + deed.at_ms + deed.for_ms;
  bool is_undone = true;
  switch (deed.kind) {
    case Deed::Kind::kill:
      machine.kill();
      machine.down = true;
      break;
    case Deed::Kind::crash:
      machine.crash();
      machine.down = true;
      break;
    case Deed::Kind::stop:
      machine.stop(kGraceMs);
      break;
    case Deed::Kind::freeze:
      machine.frozen = true;
      break;
    case Deed::Kind::cut_input:
      machine.in().transport().cut_off_until(until_ms);
      break;
    case Deed::Kind::cut_output:
      machine.out().transport().cut_off_until(until_ms);
      break;
    case Deed::Kind::fill_disk:
      machine.in().files().set_free_bytes(0);
      machine.out().files().set_free_bytes(0);
      break;
    case Deed::Kind::fail_syncs:
      machine.in().files().fail_syncs(true);
      machine.out().files().fail_syncs(true);
      break;
    case Deed::Kind::storm:
      set_rates(true);
      break;
    case Deed::Kind::split:
      split("in");
      is_undone = false;
      break;
    case Deed::Kind::merge:
      merge();
      is_undone = false;
      break;
    case Deed::Kind::split_out:
      split("out");
      is_undone = false;
      break;
    case Deed::Kind::expire_iterators:
      kinesis_.expire_iterators();
      is_undone = false;
      break;
  }
  if (is_undone) under_way_.push_back(deed);
}

void World::end(const Deed& deed) {
  trace_.line("chaos", "ends: " + std::string(name_of(deed.kind)));
  Machine& machine = *machines_[deed.machine];
  switch (deed.kind) {
    case Deed::Kind::kill:
    case Deed::Kind::crash:
      machine.down = false;
      break;
    case Deed::Kind::freeze:
      machine.frozen = false;
      break;
    case Deed::Kind::fill_disk:
      machine.in().files().set_free_bytes(std::nullopt);
      machine.out().files().set_free_bytes(std::nullopt);
      break;
    case Deed::Kind::fail_syncs:
      machine.in().files().fail_syncs(false);
      machine.out().files().fail_syncs(false);
      break;
    case Deed::Kind::storm:
      set_rates(false);
      break;
    default:
      break;
  }
}

void World::split(const std::string& name) {
  model::Stream& stream = *kinesis_.stream(name);
  model::Shard* widest = nullptr;
  for (model::Shard& shard : stream.shards())
    if (!shard.closed() && (widest == nullptr || shard.last - shard.first > widest->last - widest->first))
      widest = &shard;
  stream.split(*widest, widest->first + (widest->last - widest->first) / 2 + 1, clock_.unix_ms());
  note_shards();
}

void World::merge() {
  model::Stream& stream = *kinesis_.stream("in");
  if (stream.open_shard_count() < 2) return;
  model::Shard& first = stream.open_shard_for(0);
  stream.merge(first, stream.open_shard_for(first.last + 1), clock_.unix_ms());
  note_shards();
}

void World::note_shards() {
  for (const model::Shard& shard : kinesis_.stream("in")->shards()) {
    Ledger::Shard& noted = ledger_.shard(shard.id());
    noted.closed = shard.closed();
    noted.parents.clear();
    for (const uint32_t parent : shard.parents)
      noted.parents.push_back(kinesis_.stream("in")->shards()[parent].id());
  }
}

// ---- The end
// -------------------------------------------------------------------------------------------------------

void World::calm() {
  for (const Deed& deed : std::exchange(under_way_, {})) end(deed);
  trace_.line("chaos", "calm: nothing goes wrong any more");
  for (const auto& machine : machines_) machine->set_latency_ms(kCalmLatencyMs, kCalmLatencyMs);
  kinesis_.faults().set_rates({});
  dynamodb_.faults().set_rates({});
  note_shards();
}

void World::drain() {
  const int64_t until_ms = clock_.monotonic_ms() + kMostDrainMs;
  while (!judge_.has_failed() && !at_rest() && clock_.monotonic_ms() < until_ms) turn(until_ms);
  if (judge_.has_failed() || at_rest()) return;
  judge_.end();
  judge_.violated(Rule::drains, "all is safe, but not all is kept, at rest and healthy after " +
                                    std::to_string(kMostDrainMs / 1000) + " s");
}

bool World::at_rest() {
  if (!judge_.all_kept()) return false;
  return std::all_of(machines_.begin(), machines_.end(), [](const auto& machine) {
    Process* const process = machine->process();
    return process != nullptr && process->idle() && process->healthy();
  });
}

// Whoever ends in order has kept all: what comes next emits nothing of it again.
void World::end_in_order() {
  for (const auto& machine : machines_) {
    machine->stop(kGraceMs);
    machine->down = true;
  }
  const int64_t until_ms = clock_.monotonic_ms() + 2 * kGraceMs;
  while (!judge_.has_failed() && clock_.monotonic_ms() < until_ms &&
         std::any_of(machines_.begin(), machines_.end(), [](const auto& m) { return m->process() != nullptr; }))
    turn(until_ms);
  machines_.front()->down = false;
  run_until(clock_.monotonic_ms() + kAfterwardsMs);
  if (judge_.has_failed()) return;
  Process* const process = machines_.front()->process();
  if (process == nullptr) return judge_.violated(Rule::drains, "no process starts after all have ended in order");
  if (process->events_emitted() > 0)
    judge_.violated(Rule::drains, "after all have ended in order, " + std::to_string(process->events_emitted()) +
                                      " events are emitted again");
}

// ---- Calls
// -------------------------------------------------------------------------------------------------------

model::Reply World::serve(const std::string& process, const std::string& host, model::Request request) {
  const bool of_table = host.starts_with("dynamodb");
  const std::string operation = trace_.on() ? target_of(request) : "";
  model::Reply reply = of_table ? dynamodb_.handle(std::move(request)) : kinesis_.handle(std::move(request));
  if (trace_.on()) {
    std::string what = operation + " -> " + std::to_string(reply.status);
    if (reply.status != 200) what += " " + reply.body.substr(0, 120);
    if (reply.wire == model::Wire::closed) what += ", not applied, connection closed";
    if (reply.wire == model::Wire::lost) what += ", but the answer is lost";
    if (reply.wire == model::Wire::truncated) what += ", but the answer is cut";
    if (reply.delay_ms > 0) what += ", after " + std::to_string(reply.delay_ms) + " ms";
    trace_.line(process, what);
  }
  if (!of_table) sink_.look();
  return reply;
}

void World::read_failure_files() {
  for (const auto& machine : machines_)
    machine->each_failure([this](std::string_view line) { judge_.recorded(line); });
}

}  // namespace penstock::simulator
