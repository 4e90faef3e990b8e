#include "tests/simulator/world.h"

#include <algorithm>
#include <utility>

namespace penstock::simulator {

namespace {

constexpr int64_t kMaxDrainMs = 300'000;
// A worker of KCL waits for minutes before it looks for shards without a lease.
constexpr int64_t kMaxKclDrainMs = 3'600'000;
constexpr int64_t kMaxVisibilityMs = 600'000;  // of a record of a process that was killed
constexpr int64_t kGraceMs = 5000;
constexpr int64_t kAfterwardsMs = 20'000;
constexpr int kMaxConsecutiveTurns = 20'000;
// A shard allows five reads per second; the calls on the table and about the stream are fewer.
constexpr uint64_t kMaxCallsPerSecondAndShard = 8;
constexpr uint64_t kWorldSeed = 0x776F726C64;

model::Settings kinesis_settings(const Plan& plan) {
  model::Settings settings;
  settings.list_shards_page = plan.list_shards_page;
  settings.list_shards_lag_ms = plan.list_shards_lag_ms;
  settings.omits_child_shards = plan.omits_child_shards;
  settings.denies_descriptions = plan.denies_descriptions;
  settings.seed = plan.seed;
  return settings;
}

// A second copy is sent when the first arrives, and both may be delayed.
int64_t max_call_ms(const Plan& plan) {
  return plan.max_latency_ms + kCarryMs + (plan.network.request_delay > 0 ? plan.network.delay_ms : 0) +
         (plan.network.twice > 0 ? plan.network.delay_ms : 0);
}

std::string operation_of(const model::Request& request) {
  for (const auto& [name, value] : request.headers)
    if (model::lower_case(name) == "x-amz-target") return value.substr(value.find('.') + 1);
  return request.path;
}

std::string owner_of(const std::string& key_id) { return key_id.substr(0, key_id.find(kKeyMark)); }

// Returns the owner of the key that signed the request.
std::string issuer_of(const model::Request& request) {
  constexpr std::string_view kCredential = "Credential=";
  for (const auto& [name, value] : request.headers) {
    if (model::lower_case(name) != "authorization") continue;
    const size_t at = value.find(kCredential);
    if (at != std::string::npos) return owner_of(value.substr(at + kCredential.size()));
  }
  return "unknown";
}

std::string outcome_of(const model::Reply& reply) {
  constexpr size_t kMaxText = 120;
  std::string text = std::to_string(reply.status);
  if (reply.status != 200) text += " " + reply.body.substr(0, kMaxText);
  if (reply.wire == model::Wire::closed) text += ", not applied, connection closed";
  if (reply.wire == model::Wire::lost) text += ", but the response is lost";
  if (reply.wire == model::Wire::truncated) text += ", but the response is truncated";
  if (reply.delay_ms > 0) text += ", after " + std::to_string(reply.delay_ms) + " ms";
  return text;
}

}  // namespace

World::World(const Plan& plan, Trace::Write write)
    : plan_(plan),
      trace_(clock_, std::move(write)),
      checker_(plan_, clock_, ledger_, trace_, [this] { read_dead_letters(); }),
      kinesis_(kinesis_settings(plan), [this] { return clock_.unix_ms(); }),
      dynamodb_({.stale_ms = plan.stale_ms, .seed = plan.seed}, [this] { return clock_.unix_ms(); }),
      leases_(clock_, checker_, trace_, plan.failover_ms, max_call_ms(plan),
              [this](const std::string& shard) { chaos_->changed_hands(shard); }),
      producer_(plan_, kinesis_, ledger_, clock_),
      sink_(kinesis_, checker_),
      random_(plan.seed ^ kWorldSeed) {
  kinesis_.create_stream(kSourceStreams[0], plan_.shards_in, plan_.mode);
  kinesis_.create_stream("out", plan_.shards_out, plan_.mode);
  dynamodb_.make_table("app");
  if (plan_.queue) {
    kinesis_.settings().limits.queue_records_in_flight = plan_.max_records_in_flight;
    queue_.emplace(plan_, clock_, kinesis_, ledger_, checker_, trace_);
  }
  const Watches watches = {plan_.leases ? &leases_ : nullptr, queue_ ? &*queue_ : nullptr};
  for (size_t i = 0; i < plan_.machines; ++i)
    machines_.push_back(std::make_unique<Machine>(
        plan_, clock_, checker_, trace_, i,
        Machine::Links{
            [this](const std::string& host, model::Request request) { return serve(host, std::move(request)); },
            [this](const model::AccessKey& key) { admit(key); }, watches}));
  for (size_t i = 0; i < plan_.kcl_workers; ++i) {
    if (i == 0 && plan_.streams > 1) kinesis_.create_stream(kSourceStreams[1], plan_.shards_in, plan_.mode);
    kcl_hosts_.push_back(std::make_unique<KclHost>(
        plan_, clock_, checker_, trace_, i, kcl_streams(),
        KclHost::Links{
            [this](const std::string& host, model::Request request) { return serve(host, std::move(request)); },
            [this](const model::AccessKey& key) { admit(key); }, leases_}));
  }
  chaos_.emplace(plan_, Deployment{clock_, kinesis_, dynamodb_, machines_, kcl_hosts_, ledger_}, trace_,
                 start_ms_);
}

std::vector<sim::KclStream> World::kcl_streams() {
  const kinesis::InitialPosition initial = {plan_.initial, start_unix_ms_ + plan_.initial_ms};
  if (plan_.streams == 1) return {{kSourceStreams[0], "", initial}};
  std::vector<sim::KclStream> streams;
  for (size_t i = 0; i < plan_.streams; ++i) {
    const int64_t created_s = kinesis_.stream(kSourceStreams[i])->created_ms() / 1000;
    streams.emplace_back(kSourceStreams[i],
                         kinesis_.settings().account + ":" + kSourceStreams[i] + ":" + std::to_string(created_s),
                         initial);
  }
  return streams;
}

std::string World::run() {
  const int64_t calm_ms = start_ms_ + plan_.calm_ms;
  while (!checker_.has_failed() && (clock_.monotonic_ms() < calm_ms || producer_.next_put_ms() != kNever))
    turn(calm_ms);
  if (!checker_.has_failed()) chaos_->calm();
  if (!checker_.has_failed()) drain();
  if (!checker_.has_failed()) end_in_order();
  if (!checker_.has_failed()) check_end();
  return checker_.verdict();
}

// Does what is due now, then advances to the next event, or to until_ms if that is earlier and not in the past.
void World::turn(int64_t until_ms) {
  const int64_t now_ms = clock_.monotonic_ms();
  chaos_->advance();
  while (producer_.next_put_ms() <= now_ms) producer_.put();
  // The order of turns at the same time is random, too.
  const size_t first = random_.up_to(machines_.size() - 1);
  for (size_t i = 0; i < machines_.size() && !checker_.has_failed(); ++i) {
    Machine& machine = *machines_[(first + i) % machines_.size()];
    if (machine.next_turn_ms() <= clock_.monotonic_ms()) machine.turn();
  }
  for (const auto& host : kcl_hosts_)
    if (!checker_.has_failed() && host->next_turn_ms() <= clock_.monotonic_ms()) host->turn();

  turns_at_last_ms_ = std::exchange(last_ms_, now_ms) == now_ms ? turns_at_last_ms_ + 1 : 0;
  if (turns_at_last_ms_ > kMaxConsecutiveTurns)
    return checker_.violated(Rule::no_livelock, std::to_string(turns_at_last_ms_) + " turns at one time");
  int64_t next_ms = until_ms > clock_.monotonic_ms() ? until_ms : kNever;
  next_ms = std::min({next_ms, producer_.next_put_ms(), chaos_->next_ms()});
  for (const auto& machine : machines_) next_ms = std::min(next_ms, machine->next_turn_ms());
  for (const auto& host : kcl_hosts_) next_ms = std::min(next_ms, host->next_turn_ms());
  if (next_ms == kNever) return checker_.violated(Rule::no_livelock, "nothing is due");
  clock_.advance_to(next_ms);
}

// ---- The end

void World::drain() {
  const int64_t drain_ms = kcl_hosts_.empty() ? kMaxDrainMs + (queue_ ? kMaxVisibilityMs : 0) : kMaxKclDrainMs;
  const int64_t until_ms = clock_.monotonic_ms() + drain_ms;
  while (!checker_.has_failed() && !unrest().empty() && clock_.monotonic_ms() < until_ms) turn(until_ms);
  const std::string left = unrest();
  if (checker_.has_failed() || left.empty()) return;
  check_end();
  checker_.violated(Rule::drains,
                    "everything is safe, but " + std::to_string(drain_ms / 1000) + " s later " + left);
}

void World::check_end() {
  if (queue_) queue_->note_dead_letters();
  checker_.end();
}

// Returns what is not read and saved, or not received and acknowledged.
std::string World::unread() {
  if (queue_) return queue_->unrest();
  if (std::string left = checker_.not_kept(); !left.empty()) return left;
  for (const std::string& shard : open_shards())
    if (!ledger_.shard(shard).started) return "no process has started to read " + shard;
  return "";
}

std::string World::unrest() {
  if (std::string left = unread(); !left.empty()) return left;
  std::set<std::string> processes;
  for (const auto& machine : machines_) {
    Process* const process = machine->process();
    if (process == nullptr && chaos_->has_left()) continue;
    if (process == nullptr) return "not all processes run";
    if (!process->idle()) return process->name() + " has something in flight";
    if (process->has_lag()) return process->name() + " has not read everything";
    if (!process->healthy()) return process->name() + " is not healthy";
    processes.insert(process->name());
  }
  for (const auto& host : kcl_hosts_)
    if (!host->worker().empty()) processes.insert(host->worker());
  return plan_.leases ? leases_.imbalance(open_shards(), processes, !kcl_hosts_.empty()) : "";
}

// A process that shuts down cleanly has saved everything: the next one emits nothing again. And no process makes
// more calls than necessary.
void World::end_in_order() {
  const int rows_recreated = leases_.rows_recreated();
  for (const auto& machine : machines_) {
    machine->stop(kGraceMs);
    machine->down = true;
  }
  for (const auto& host : kcl_hosts_) {
    host->stop();
    host->down = true;
  }
  const auto runs = [](const auto& machine) { return machine->process() != nullptr; };
  const int64_t until_ms = clock_.monotonic_ms() + 2 * kGraceMs;
  while (!checker_.has_failed() && clock_.monotonic_ms() < until_ms &&
         std::any_of(machines_.begin(), machines_.end(), runs))
    turn(until_ms);
  machines_.front()->down = false;
  const uint64_t calls = calls_;
  const uint64_t emitted_again = checker_.emitted_again();
  // Workers of KCL may have read everything before the first start.
  const int64_t end_ms = std::max(clock_.monotonic_ms(), start_ms_ + plan_.first_start_ms) + kAfterwardsMs;
  while (!checker_.has_failed() && clock_.monotonic_ms() < end_ms) turn(end_ms);
  if (checker_.has_failed()) return;
  Process* const process = machines_.front()->process();
  if (process == nullptr) return checker_.violated(Rule::drains, "no process starts after all have shut down");
  // Except for a row that a late call created meanwhile.
  if (const uint64_t more = checker_.emitted_again() - emitted_again;
      more > 0 && leases_.rows_recreated() == rows_recreated)
    checker_.violated(Rule::drains,
                      "after all have shut down, " + std::to_string(more) + " events are emitted again");
  const uint64_t most = kMaxCallsPerSecondAndShard * (ledger_.shards().size() + 1) * kAfterwardsMs / 1000;
  if (calls_ - calls > most)
    checker_.violated(Rule::drains, std::to_string(calls_ - calls) + " calls in " +
                                        std::to_string(kAfterwardsMs / 1000) + " s in which nothing happens");
}

std::set<std::string> World::open_shards() {
  std::set<std::string> shards;
  for (size_t i = 0; i < plan_.streams; ++i)
    for (const model::Shard& shard : kinesis_.stream(kSourceStreams[i])->shards())
      if (!shard.closed()) shards.insert(shard_name(kSourceStreams[i], shard.id()));
  return shards;
}

void World::read_dead_letters() {
  for (const auto& machine : machines_)
    machine->each_failure([this](std::string_view line) { checker_.recorded(line); });
}

// ---- Calls

model::Reply World::serve(const std::string& host, model::Request request) {
  ++calls_;
  const bool of_table = host.starts_with("dynamodb");
  const std::string issuer = issuer_of(request);
  const std::string operation = operation_of(request);
  const std::string started = operation == "GetShardIterator" ? shard_named_in(request.body) : "";
  if (queue_) queue_->set_issuer(issuer);
  model::Reply reply = of_table ? dynamodb_.handle(std::move(request)) : kinesis_.handle(std::move(request));
  note_reply(reply, issuer, operation);
  if (!started.empty() && reply.status == 200) ledger_.shard(started).started = true;
  if (of_table)
    leases_.look(*dynamodb_.table("app"), issuer);
  else
    sink_.look();
  if (reply.again) hold(reply, issuer, operation);
  return reply;
}

// The service may answer the call later.
void World::hold(model::Reply& reply, const std::string& issuer, const std::string& operation) {
  reply.again = [this, again = std::move(reply.again), issuer, operation] {
    queue_->set_issuer(issuer);
    std::optional<model::Reply> later = again();
    if (later) note_reply(*later, issuer, operation);
    return later;
  };
}

void World::note_reply(const model::Reply& reply, const std::string& issuer, const std::string& operation) {
  if (trace_.on()) trace_.line(issuer, operation + " -> " + outcome_of(reply));
  if (reply.status >= 400) checker_.rejected(issuer, clock_.monotonic_ms());
}

void World::admit(const model::AccessKey& key) {
  std::erase_if(keys_, [&](const model::AccessKey& old) { return owner_of(old.id) == owner_of(key.id); });
  keys_.push_back(key);
  kinesis_.set_keys(keys_);
  dynamodb_.settings().keys = keys_;
}

}  // namespace penstock::simulator
