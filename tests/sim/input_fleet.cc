#include "tests/sim/input_fleet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/bytes.h"
#include "core/kinesis/input/local_assignment.h"
#include "core/leases/lease_coordinator.h"

namespace penstock::sim {

namespace {

constexpr int64_t kLongestSettlingMs = 2'000;
constexpr int64_t kCloseMs = 20'000;
constexpr int64_t kKclRoundMs = 1'000;

// "017-00000042": always of that length, so that memory use is comparable.
std::string event_id(size_t key, int64_t number) {
  char text[32];
  std::snprintf(text, sizeof text, "%03zu-%08lld", key, static_cast<long long>(number));
  return text;
}

std::string name_of(size_t stream) { return stream == 0 ? "in" : "in-" + std::to_string(stream); }

std::vector<kinesis::InputStream> all_with(aws::ServiceClient& client, size_t streams) {
  std::vector<kinesis::InputStream> all;
  for (size_t i = 0; i < streams; ++i) all.push_back({{name_of(i), name_of(i), "", ""}, &client});
  return all;
}

std::unique_ptr<kinesis::Assignment> assignment(const InputFleet::Settings& settings, Env& env,
                                                leases::LeaseTable& table, const std::string& worker) {
  if (settings.keeps == InputFleet::Keeps::file) {
    kinesis::LocalAssignment::Options options;
    options.initial = settings.initial;
    return std::move(*kinesis::LocalAssignment::open(env, "file:/checkpoint", options));
  }
  return std::make_unique<leases::LeaseCoordinator>(env, table,
                                                    leases::LeaseOptions{.worker = worker,
                                                                         .streams = settings.streams,
                                                                         .initial = settings.initial,
                                                                         .failover_ms = settings.failover_ms,
                                                                         .definition = {}});
}

}  // namespace

// ---- A worker

InputWorker::InputWorker(InputFleet& fleet, std::shared_ptr<SimEnv> sim, std::string id)
    : fleet_(fleet),
      id_(std::move(id)),
      sim_(std::move(sim)),
      stream_client_(sim_->env()),
      table_client_(sim_->env(), "", aws::kDynamoDbProtocol, "dynamodb"),
      table_(
          [this](std::string_view operation, std::string body, size_t max_bytes, aws::ServiceClient::Done done) {
            table_client_.call(operation, std::move(body), max_bytes, std::move(done));
          },
          "app", "us-east-1"),
      assignment_(assignment(fleet.settings_, sim_->env(), table_, id_)),
      dead_letter_file_(std::move(*kinesis::DeadLetterFile::open(sim_->env(), "file:/failures"))),
      input_(sim_->env(), all_with(stream_client_, fleet.settings_.streams), *assignment_, *dead_letter_file_,
             {.reading = {.poll_interval_ms = fleet.settings_.poll_interval_ms}}) {}

int32_t InputWorker::emit(void* ctx, const penstock_batch* batch) {
  auto& self = *static_cast<InputWorker*>(ctx);
  Unsettled out{batch->ack_id, 0, {}};
  out.settled_at_ms =
      self.fleet_.clock.monotonic_ms() + static_cast<int64_t>(self.fleet_.random_.up_to(kLongestSettlingMs));
  const std::string lease =
      leases::lease_key(self.fleet_.stream_id(std::string(view(batch->stream))), view(batch->shard_id));
  for (uint64_t i = 0; i < batch->record_count; ++i) {
    const std::string id(view(batch->records[i].id));
    const Event event{std::strtoull(id.c_str(), nullptr, 10), std::atoll(id.c_str() + id.find('-') + 1)};
    self.fleet_.emitted(self.id_, lease, event.key, event.number);
    out.events.push_back(event);
    ++self.emitted_;
  }
  self.unsettled_.push_back(std::move(out));
  self.full_ = self.blocked;
  return self.full_ ? PENSTOCK_FULL : PENSTOCK_OK;
}

void InputWorker::settle(int64_t until_ms) {
  std::erase_if(unsettled_, [&](const Unsettled& batch) {
    if (batch.settled_at_ms > until_ms) return false;
    EXPECT_TRUE(input_.ack(batch.ack_id, PENSTOCK_DELIVERED));
    for (const Event& event : batch.events) fleet_.keys_[event.key].settled.add(event.number);
    return true;
  });
}

void InputWorker::turn() {
  settle(fleet_.clock.monotonic_ms());
  full_ = full_ && blocked;
  if (full_)
    input_.pump(0);
  else
    input_.poll(0, emit, this);
}

int64_t InputWorker::next_deadline_ms() const {
  int64_t next_ms = std::min(input_.next_deadline_ms(), sim_->transport().next_deadline_ms());
  for (const Unsettled& batch : unsettled_) next_ms = std::min(next_ms, batch.settled_at_ms);
  return next_ms;
}

void InputWorker::close() {
  settle(kNever);
  const Status closed = input_.close(fleet_.clock.monotonic_ms() + kCloseMs);
  EXPECT_TRUE(closed.ok()) << closed.message();
}

int64_t InputWorker::stat(std::string_view name) const {
  struct Wanted {
    std::string_view name;
    int64_t value = -1;
  } wanted{name};
  input_.stats(MetricsSink(
      [](void* ctx, const penstock_stat* stat) {
        auto& of = *static_cast<Wanted*>(ctx);
        if (of.name == stat->name) of.value = std::max<int64_t>(of.value, 0) + stat->value;
      },
      &wanted));
  return wanted.value;
}

// ---- The fleet

InputFleet::InputFleet(const Settings& settings)
    : kinesis({.list_shards_page = settings.list_page, .seed = settings.seed}, [this] { return clock.unix_ms(); }),
      dynamodb({.stale_ms = 500, .seed = settings.seed}, [this] { return clock.unix_ms(); }),
      settings_(settings),
      random_(settings.seed),
      next_put_ms_(clock.monotonic_ms()) {
  for (size_t i = 0; i < settings.streams; ++i) kinesis.create_stream(name_of(i), settings.shards);
  dynamodb.make_table("app");
}

InputWorker& InputFleet::start() {
  ++started_;
  std::shared_ptr<SimEnv> sim = settings_.keeps == Keeps::file ? machine_ : nullptr;
  if (!sim) {
    sim = std::make_shared<SimEnv>(
        clock, [this](const std::string& host, model::Request request) { return serve(host, std::move(request)); },
        settings_.seed * 100'000 + static_cast<uint64_t>(started_));
    // A week of log lines would look like a leak.
    sim->env().log = [](LogLevel, std::string_view) {};
  }
  if (settings_.keeps == Keeps::file) machine_ = sim;
  workers_.push_back(std::make_unique<InputWorker>(*this, std::move(sim), "worker-" + std::to_string(started_)));
  return *workers_.back();
}

void InputFleet::kill(size_t worker) {
  EXPECT_EQ(workers_[worker]->stat("gaps"), 0);
  workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(worker));
}

void InputFleet::stop(size_t worker) {
  workers_[worker]->close();
  kill(worker);
}

KclWorker& InputFleet::start_kcl(size_t max_leases) {
  const std::string name = "kcl-" + std::to_string(++started_);
  KclOptions options{.worker = name,
                     .streams = {},
                     .failover_ms = settings_.failover_ms,
                     .max_leases = max_leases,
                     .seed = settings_.seed * 1'000 + static_cast<uint64_t>(started_)};
  for (size_t i = 0; i < settings_.streams; ++i)
    options.streams.emplace_back(name_of(i), stream_id(name_of(i)), settings_.initial);
  kcl_workers_.push_back(std::make_unique<KclWorker>(
      clock, std::move(options),
      KclLinks{.kinesis = [this](model::Request request) { return kinesis.handle(std::move(request)); },
               .table = [this](model::Request request) { return serve("dynamodb", std::move(request)); },
               .key = {},
               .application =
                   [this, name](const KclStream& stream, const std::string& shard_id, const KclRecord& record,
                                uint64_t first_user_record) {
                     return first_user_record > 0 ? 1 : processed(name, stream, shard_id, record.data);
                   }}));
  return *kcl_workers_.back();
}

void InputFleet::kill_kcl(size_t worker) {
  kcl_workers_.erase(kcl_workers_.begin() + static_cast<std::ptrdiff_t>(worker));
}

void InputFleet::stop_kcl(size_t worker) {
  kcl_workers_[worker]->shut_down();
  kill_kcl(worker);
}

void InputFleet::turn(int64_t until_ms) {
  if (clock.monotonic_ms() >= next_put_ms_) put_event();
  int64_t next_ms = std::min(until_ms, next_put_ms_);
  for (const auto& worker : workers_) {
    if (worker->frozen) continue;
    worker->turn();
    next_ms = std::min(next_ms, worker->next_deadline_ms());
  }
  for (const auto& worker : kcl_workers_) {
    worker->advance();
    next_ms = std::min(next_ms, worker->next_deadline_ms());
  }
  clock.advance_to(next_ms);
}

void InputFleet::run_until(const std::function<bool()>& done, int64_t max_ms) {
  const int64_t end_ms = clock.monotonic_ms() + max_ms;
  while (!done() && clock.monotonic_ms() < end_ms) turn(end_ms);
  EXPECT_TRUE(done()) << "not within " << max_ms << " ms";
}

void InputFleet::run(int64_t ms) {
  for (const int64_t end_ms = clock.monotonic_ms() + ms; clock.monotonic_ms() < end_ms;) turn(end_ms);
}

void InputFleet::run_quietly(int64_t ms) {
  next_put_ms_ = kNever;
  run(ms);
  next_put_ms_ = clock.monotonic_ms() + settings_.event_every_ms;
}

void InputFleet::begin_here() {
  for (Key& key : keys_) key.emitted = key.settled.through = key.put;
}

void InputFleet::rest(int64_t max_ms) {
  next_put_ms_ = kNever;
  const int64_t end_ms = clock.monotonic_ms() + max_ms;
  while (!all_settled() && clock.monotonic_ms() < end_ms) turn(end_ms);
  for (size_t key = 0; key < keys_.size(); ++key) {
    EXPECT_EQ(keys_[key].emitted, keys_[key].put) << "key " << key;
    EXPECT_EQ(keys_[key].settled.through, keys_[key].put) << "key " << key;
  }
  next_put_ms_ = clock.monotonic_ms() + settings_.event_every_ms;
}

bool InputFleet::all_settled() const {
  return std::all_of(keys_.begin(), keys_.end(), [](const Key& key) { return key.settled.through == key.put; });
}

void InputFleet::put_event() {
  next_put_ms_ = clock.monotonic_ms() + settings_.event_every_ms;
  const size_t key = random_.up_to(keys_.size() - 1);
  const std::string stream = name_of(key % settings_.streams);
  kinesis.preload(
      stream, std::to_string(key),
      R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","logEvents":[{"id":")" +
          event_id(key, keys_[key].put++) + R"(","timestamp":1566741555269,"message":"m"}]})");
  ++put_;
  for (model::Shard& shard : kinesis.stream(stream)->shards())
    while (!shard.records.empty() && shard.records.front().arrival_ms < clock.unix_ms() - settings_.retention_ms)
      kinesis.trim(shard, 1);
}

void InputFleet::split(size_t of) {
  model::Stream& stream = *kinesis.stream(name_of(of));
  model::Shard* widest = nullptr;
  for (model::Shard& shard : stream.shards())
    if (!shard.closed() && (widest == nullptr || shard.last - shard.first > widest->last - widest->first))
      widest = &shard;
  stream.split(*widest, widest->first + (widest->last - widest->first) / 2 + 1, clock.unix_ms());
}

void InputFleet::merge(size_t of) {
  model::Stream& stream = *kinesis.stream(name_of(of));
  model::Shard& first = stream.open_shard_for(0);
  stream.merge(first, stream.open_shard_for(first.last + 1), clock.unix_ms());
}

std::set<std::string> InputFleet::open_shards() {
  std::set<std::string> shards;
  for (size_t i = 0; i < settings_.streams; ++i)
    for (const model::Shard& shard : kinesis.stream(name_of(i))->shards())
      if (!shard.closed()) shards.insert(leases::lease_key(stream_id(name_of(i)), shard.id()));
  return shards;
}

std::set<std::string> InputFleet::leased_shards() {
  std::set<std::string> shards;
  const dynamodb::Table& table = *dynamodb.table("app");
  for (const std::string& key : table.keys_after(""))
    if (table.row(key) != nullptr) shards.insert(key);
  return shards;
}

std::string InputFleet::checkpoint(const std::string& lease) {
  const dynamodb::Item* const row = dynamodb.table("app")->row(lease);
  return row == nullptr ? "" : row->at("checkpoint").text;
}

void InputFleet::delete_row(const std::string& lease) {
  dynamodb.delete_row("app", lease);
  checker_.watch(*dynamodb.table("app"));
}

std::map<std::string, size_t> InputFleet::shares() {
  std::map<std::string, size_t> shares;
  const dynamodb::Table& table = *dynamodb.table("app");
  for (const std::string& key : table.keys_after("")) {
    const dynamodb::Item* const row = table.row(key);
    if (row == nullptr || row->at("checkpoint").text == kinesis::kShardEnd) continue;
    const auto owner = row->find("leaseOwner");
    ++shares[owner == row->end() ? "" : owner->second.text];
  }
  return shares;
}

size_t InputFleet::share(const std::string& worker) { return shares()[worker]; }

bool InputFleet::in_balance() {
  std::map<std::string, size_t> of_owners = shares();
  size_t least = SIZE_MAX, most = 0, all = 0;
  const auto add = [&](const std::string& worker) {
    least = std::min(least, of_owners[worker]);
    most = std::max(most, of_owners[worker]);
    all += of_owners[worker];
  };
  for (const auto& worker : workers_) add(worker->name());
  for (const auto& worker : kcl_workers_) add(worker->name());
  return all == open_shards().size() && most <= least + 1;
}

// ---- The checker

// https://github.com/awslabs/amazon-kinesis-client, StreamIdentifier.serialize()
std::string InputFleet::stream_id(const std::string& stream) {
  if (settings_.streams == 1) return "";
  const std::string created_s = std::to_string(kinesis.stream(stream)->created_ms() / 1000);
  return model::Settings().account + ":" + stream + ":" + created_s;
}

uint64_t InputFleet::processed(const std::string& worker, const KclStream& stream, const std::string& shard_id,
                               const std::string& data) {
  constexpr std::string_view kId = R"("id":")";
  const std::string id = data.substr(data.find(kId) + kId.size());
  const size_t key = std::strtoull(id.c_str(), nullptr, 10);
  const int64_t number = std::atoll(id.c_str() + id.find('-') + 1);
  // A worker of KCL that has lost its lease reads on until its next round.
  emitted(worker, stream.lease_key(shard_id), key, number, kKclRoundMs);
  keys_[key].settled.add(number);
  return 1;
}

model::Reply InputFleet::serve(const std::string& host, model::Request request) {
  if (!host.starts_with("dynamodb")) return kinesis.handle(std::move(request));
  model::Reply reply = dynamodb.handle(std::move(request));
  checker_.watch(*dynamodb.table("app"));
  return reply;
}

void InputFleet::emitted(const std::string& worker, const std::string& lease, size_t key, int64_t number,
                         int64_t may_lag_ms) {
  Key& of = keys_[key];
  // No event is skipped, so that first occurrences are in order.
  EXPECT_LE(number, of.emitted) << "key " << key << ", by " << worker << " in " << lease;
  if (number < of.emitted) ++duplicates_;
  of.emitted = std::max(of.emitted, number + 1);
  if (settings_.keeps == Keeps::leases) checker_.emitted(worker, lease, settings_.failover_ms + may_lag_ms);
}

void InputFleet::Numbers::add(int64_t number) {
  if (number >= through) beyond.insert(number);
  for (; beyond.erase(through) > 0; ++through) continue;
}

}  // namespace penstock::sim
