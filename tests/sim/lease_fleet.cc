#include "tests/sim/lease_fleet.h"

#include <algorithm>
#include <utility>

namespace penstock::sim {

namespace {

constexpr int64_t kReadMs = 200;
constexpr int64_t kListMs = 60'000;
constexpr int64_t kPutMs = 1'000;
constexpr size_t kPrefetch = 100;
constexpr size_t kEmittedARead = 20;  // 100 records/s per shard

}  // namespace

// ---- A worker

FleetWorker::FleetWorker(LeaseFleet& fleet, const std::string& id, uint64_t seed)
    : fleet_(fleet),
      id_(id),
      sim_(
          fleet.clock,
          [&fleet](const std::string&, model::Request request) { return fleet.serve(std::move(request)); }, seed),
      client_(sim_.env(), fleet.failover_ms / 3),
      table_(
          [this](std::string_view operation, std::string body, size_t max_bytes, aws::ServiceClient::Done done) {
            client_.call(operation, std::move(body), max_bytes, std::move(done));
          },
          "app", "us-east-1"),
      leases_(sim_.env(), table_,
              {.worker = id, .initial = fleet.initial, .failover_ms = fleet.failover_ms, .definition = {}}) {}

void FleetWorker::list() {
  next_list_ms_ = fleet_.clock.monotonic_ms() + kListMs;
  listed_ =
      leases_.on_shards_listed(0, {"in", "arn:aws:kinesis:us-east-1:123456789012:stream/in", 1'600'000'000'000},
                               fleet_.list(), fleet_.clock.unix_ms());
}

void FleetWorker::advance() {
  const int64_t now_ms = fleet_.clock.monotonic_ms();
  sim_.env().transport.drive(now_ms);
  if (now_ms >= next_list_ms_) list();
  leases_.advance();
  for (const kinesis::GrantId lost : leases_.take_revoked()) readings_.erase(lost);
  for (const kinesis::Grant& grant : leases_.take_assigned()) {
    Reading reading{&fleet_.shards_.at(grant.shard.id)};
    const std::vector<int64_t>& records = reading.shard->records;
    if (grant.from.kind == kinesis::ReadFrom::Kind::after) {
      const int64_t last = std::stoll(grant.from.position.sequence_number);
      reading.next = static_cast<size_t>(std::upper_bound(records.begin(), records.end(), last) - records.begin());
    }
    reading.prefetched = reading.settled = reading.next;
    EXPECT_TRUE(readings_.emplace(grant.id, reading).second);
  }
  if (now_ms >= next_read_ms_) {
    next_read_ms_ = now_ms + kReadMs;
    read();
  }
}

void FleetWorker::read() {
  bool ended = false;
  for (auto& [grant, reading] : readings_) {
    if (reading.ended) continue;
    // What was emitted some time ago is settled now.
    if (reading.next > reading.settled) {
      reading.settled += (reading.next - reading.settled + 1) / 2;
      leases_.advance_to(grant, {std::to_string(reading.shard->records[reading.settled - 1]), 0});
    }
    reading.prefetched = std::min(reading.shard->records.size(), reading.next + kPrefetch);
    if (!blocked) emit(grant, reading);
    if (!reading.shard->info.open && reading.settled == reading.shard->records.size()) {
      leases_.advance_to(grant, {std::string(kinesis::kShardEnd), 0});
      reading.ended = ended = true;
    }
  }
  if (ended) list();
}

void FleetWorker::emit(kinesis::GrantId grant, Reading& reading) {
  for (size_t i = 0; i < kEmittedARead && reading.next < reading.prefetched; ++i) {
    if (!leases_.is_valid(grant)) return;
    fleet_.emitted(id_, *reading.shard, reading.next++);
  }
}

int64_t FleetWorker::next_deadline_ms() {
  return std::min({leases_.next_deadline_ms(), sim_.transport().next_deadline_ms(), next_list_ms_, next_read_ms_});
}

std::set<std::string> FleetWorker::shards() const {
  std::set<std::string> shards;
  for (const auto& [grant, reading] : readings_)
    if (!reading.ended) shards.insert(reading.shard->info.id);
  return shards;
}

int64_t FleetWorker::stat(std::string_view name) const {
  std::pair<std::string_view, int64_t> wanted{name, -1};
  leases_.stats(MetricsSink(
      [](void* ctx, const penstock_stat* stat) {
        auto& [of, value] = *static_cast<std::pair<std::string_view, int64_t>*>(ctx);
        if (of == stat->name) value = stat->value;
      },
      &wanted));
  return wanted.second;
}

// ---- The fleet

FleetWorker& LeaseFleet::start() {
  ++started_;
  workers_.push_back(std::make_unique<FleetWorker>(*this, "worker-" + std::to_string(started_),
                                                   seed_ * 1'000 + static_cast<uint64_t>(started_)));
  return *workers_.back();
}

void LeaseFleet::start_many(int count) {
  for (int i = 0; i < count; ++i) start();
}

void LeaseFleet::kill(size_t worker) {
  workers_[worker]->sim_.kill();
  workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(worker));
}

void LeaseFleet::stop(size_t worker) {
  workers_[worker]->blocked = true;
  workers_[worker]->leases_.begin_close();
  stopping_.push_back(std::move(workers_[worker]));
  workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(worker));
}

void LeaseFleet::run(int64_t ms) {
  const int64_t end_ms = clock.monotonic_ms() + ms;
  run_until([&] { return clock.monotonic_ms() >= end_ms; }, ms + 1);
}

int64_t LeaseFleet::run_until(const std::function<bool()>& done, int64_t max_ms) {
  const int64_t start_ms = clock.monotonic_ms();
  while (!done()) {
    if (clock.monotonic_ms() - start_ms > max_ms) {
      ADD_FAILURE() << "not within " << max_ms << " ms";
      break;
    }
    if (clock.monotonic_ms() >= next_put_ms_) put_records();
    int64_t next_ms = next_put_ms_;
    for (const auto* fleet : {&workers_, &stopping_})
      for (const auto& worker : *fleet) {
        if (worker->frozen) continue;
        worker->advance();
        next_ms = std::min(next_ms, worker->next_deadline_ms());
      }
    std::erase_if(stopping_, [](const auto& worker) {
      if (!worker->leases_.closed()) return false;
      worker->sim_.kill();
      return true;
    });
    clock.advance_to(next_ms);
  }
  return clock.monotonic_ms() - start_ms;
}

void LeaseFleet::put_records() {
  next_put_ms_ = clock.monotonic_ms() + kPutMs;
  for (auto& [id, shard] : shards_)
    for (int i = 0; i < records_a_second_ && shard.info.open; ++i) shard.records.push_back(++last_record_);
}

std::vector<kinesis::ShardInfo> LeaseFleet::list() const {
  std::vector<kinesis::ShardInfo> list;
  for (const auto& [id, shard] : shards_) list.push_back(shard.info);
  return list;
}

void LeaseFleet::add_shard(const std::vector<std::string>& parents, kinesis::HashKey first,
                           kinesis::HashKey last) {
  std::string id = std::to_string(shards_made_++);
  id = "shardId-" + std::string(12 - id.size(), '0') + id;
  shards_[id] = {{id, parents, first, last, true}, {}, 0};
}

void LeaseFleet::add_shards(int count) {
  const kinesis::HashKey width = kinesis::kLastHashKey / static_cast<kinesis::HashKey>(count);
  for (int i = 0; i < count; ++i)
    add_shard({}, width * static_cast<kinesis::HashKey>(i),
              i + 1 == count ? kinesis::kLastHashKey : width * static_cast<kinesis::HashKey>(i + 1) - 1);
}

void LeaseFleet::split(const std::string& id) {
  kinesis::ShardInfo& info = shards_.at(id).info;
  info.open = false;
  const kinesis::HashKey middle = info.first_hash_key + (info.last_hash_key - info.first_hash_key) / 2;
  const kinesis::ShardInfo parent = info;
  add_shard({id}, parent.first_hash_key, middle);
  add_shard({id}, middle + 1, parent.last_hash_key);
}

void LeaseFleet::merge(const std::string& a, const std::string& b) {
  shards_.at(a).info.open = shards_.at(b).info.open = false;
  add_shard({a, b}, shards_.at(a).info.first_hash_key, shards_.at(b).info.last_hash_key);
}

bool LeaseFleet::in_balance() const {
  size_t least = SIZE_MAX, most = 0, all = 0;
  std::set<std::string> shards;
  const auto add = [&](const std::set<std::string>& its) {
    least = std::min(least, its.size());
    most = std::max(most, its.size());
    all += its.size();
    shards.insert(its.begin(), its.end());
  };
  for (const auto& worker : workers_) add(worker->shards());
  size_t open = 0;
  for (const auto& [id, shard] : shards_) {
    if (!shard.info.open) continue;
    ++open;
    if (!shards.contains(id)) return false;
  }
  return all == open && most <= least + 1;
}

bool LeaseFleet::all_read() const {
  return std::all_of(shards_.begin(), shards_.end(),
                     [](const auto& entry) { return entry.second.read == entry.second.records.size(); });
}

// ---- The checker

model::Reply LeaseFleet::serve(model::Request request) {
  model::Reply reply = service_.handle(std::move(request));
  checker_.watch(*service_.table("app"));
  return reply;
}

void LeaseFleet::delete_row(const std::string& key) {
  service_.delete_row("app", key);
  checker_.watch(*service_.table("app"));
}

void LeaseFleet::emitted(const std::string& worker, FleetShard& shard, size_t index) {
  const std::string& id = shard.info.id;
  // No record is skipped, so that first occurrences are in order.
  EXPECT_LE(index, shard.read) << id;
  if (index < shard.read) ++duplicates_;
  shard.read = std::max(shard.read, index + 1);
  for (const std::string& parent : shard.info.parent_ids) {
    const FleetShard& before = shards_.at(parent);
    EXPECT_EQ(before.read, before.records.size()) << id << " is read before the end of " << parent;
  }
  checker_.emitted(worker, id, failover_ms);
}

}  // namespace penstock::sim
