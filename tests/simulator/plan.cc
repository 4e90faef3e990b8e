#include "tests/simulator/plan.h"

#include <algorithm>
#include <initializer_list>

#include "tests/sim/sim_clock.h"

namespace penstock::simulator {

namespace {

// The random numbers for one aspect of a seed.
class Draw {
 public:
  Draw(uint64_t seed, std::string_view aspect) : random_(seed ^ hash(aspect)) { random_.next(); }

  bool chance(double share) { return static_cast<double>(random_.next() >> 11) * 0x1p-53 < share; }
  template <typename Number>
  Number between(Number least, Number most) {
    return least + static_cast<Number>(random_.up_to(static_cast<uint64_t>(most - least)));
  }
  template <typename Value>
  Value pick(std::initializer_list<Value> values) {
    return values.begin()[random_.up_to(values.size() - 1)];
  }
  // Returns 0 in most runs; otherwise up to `most`, with small values more likely.
  double rate(double of_runs, double most) {
    if (!chance(of_runs)) return 0;
    const double share = static_cast<double>(between(1, 100)) / 100;
    return most * share * share;
  }

 private:
  // FNV-1a.
  static uint64_t hash(std::string_view text) {
    uint64_t hash = 0xCBF29CE484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    return hash;
  }

  sim::SimRandom random_;
};

void draw_deployment(Plan& plan, Draw draw) {
  plan.leases = draw.chance(0.6);
  plan.machines = plan.leases ? draw.between<size_t>(1, 4) : 1;
  plan.shards_in = draw.between(1U, 4U);
  plan.shards_out = draw.between(1U, 3U);
  plan.list_shards_page = draw.pick<int64_t>({1, 2, 1000});
}

void draw_input(Plan& plan, Draw draw) {
  plan.poll_interval_ms = draw.pick<int64_t>({250, 1000, 1000});
  plan.checkpoint_interval_ms = draw.pick<int64_t>({200, 1000, 5000});
  plan.failover_ms = draw.pick<int64_t>({3000, 10'000});
  plan.input_mem_bytes = draw.pick<size_t>({256 << 10, 1 << 20, 24 << 20});
  plan.max_records = draw.pick<size_t>({1, 7, 10'000, 10'000});
}

void draw_output(Plan& plan, Draw draw) {
  using Aggregate = kinesis::Aggregator::Aggregate;
  plan.per_key = draw.chance(0.5);
  plan.aggregator.aggregate = draw.pick({Aggregate::none, Aggregate::newline, Aggregate::kpl, Aggregate::kpl});
  plan.aggregator.append_newline = draw.chance(0.3);
  plan.aggregator.gzip = plan.aggregator.aggregate != Aggregate::kpl && draw.chance(0.3);
  plan.aggregator.random_hash_keys = !plan.per_key && draw.chance(0.2);
  plan.partition_key = draw.pick<const char*>({"log_stream", "source", "random"});
  if (plan.per_key) plan.partition_key = draw.pick<const char*>({"log_stream", "source"});
  plan.linger_ms = draw.pick<int64_t>({0, 100, 1000});
  plan.output_mem_bytes = draw.pick<size_t>({64 << 10, 256 << 10, 24 << 20});
  plan.max_record_bytes = draw.pick<size_t>({4 << 10, 1 << 20});
  if (draw.chance(0.2)) plan.output_retry_limit = draw.between<int64_t>(0, 5);
  plan.dead_letter_file_bytes = draw.pick<uint64_t>({2 << 10, 64 << 20});
}

void draw_load(Plan& plan, Draw draw) {
  plan.key_streams = draw.pick<size_t>({1, 5, 30});
  plan.events = draw.between<size_t>(50, 600);
  plan.max_events_per_record = draw.pick<size_t>({1, 3, 20});
  plan.max_event_bytes = draw.pick<size_t>({20, 200, 2000});
  plan.load_ms = draw.between<int64_t>(1000, 60'000);
  plan.aggregated_share = draw.rate(0.4, 0.8);
  plan.garbage_share = draw.rate(0.4, 0.1);
  plan.raw_share = draw.rate(0.3, 0.3);
  plan.left_out_share = draw.rate(0.3, 0.5);
  if (plan.max_record_bytes < 1 << 20) plan.too_large_share = draw.rate(0.5, 0.05);
}

model::FaultRates draw_rates(Draw draw) {
  model::FaultRates rates;
  rates.throttle = draw.rate(0.4, 0.3);
  rates.internal_failure = draw.rate(0.4, 0.1);
  rates.close = draw.rate(0.4, 0.1);
  rates.lose_response = draw.rate(0.4, 0.1);
  rates.truncate = draw.rate(0.3, 0.05);
  rates.delay = draw.rate(0.3, 0.1);
  rates.delay_ms = draw.pick<int64_t>({1000, 8000, 40'000});
  rates.reject_records = draw.rate(0.4, 0.5);
  rates.bad_gateway = draw.rate(0.2, 0.1);
  rates.expire_iterators = draw.rate(0.2, 0.05);
  rates.short_response = draw.rate(0.2, 0.1);
  return rates;
}

void draw_network(Plan& plan, Draw draw) {
  plan.max_latency_ms = draw.pick<int64_t>({5, 50, 1000});
  plan.stale_ms = draw.pick<int64_t>({0, 500, 1500});
  plan.network.connection_refused = draw.rate(0.2, 0.1);
  plan.network.request_lost = draw.rate(0.2, 0.1);
  plan.network.response_lost = draw.rate(0.2, 0.1);
  plan.network.truncated = draw.rate(0.2, 0.1);
  plan.network.twice = draw.rate(0.2, 0.2);
  plan.network.request_delay = draw.rate(0.2, 0.2);
  plan.network.response_delay = draw.rate(0.2, 0.2);
  plan.network.delay_ms = draw.pick<int64_t>({500, 5000, 40'000});
}

void draw_files(Plan& plan, Draw draw) {
  if (!draw.chance(0.4)) return;
  plan.files.open = draw.rate(0.3, 0.5);
  plan.files.read = draw.rate(0.3, 0.5);
  plan.files.write = draw.rate(0.5, 0.5);
  plan.files.sync = draw.rate(0.5, 0.5);
  plan.files.untruncated = draw.rate(0.5, 1);
  plan.files.rename = draw.rate(0.4, 0.5);
  plan.files.folder_sync = draw.rate(0.4, 0.5);
}

void draw_events(Plan& plan, Draw draw) {
  if (plan.leases && draw.chance(0.3)) plan.reshards_at_handover = draw.between<size_t>(1, 3);
  const size_t count = draw.between<size_t>(0, 6 + 2 * plan.machines);
  const int64_t span_ms = std::max<int64_t>(plan.load_ms, 20'000);
  for (size_t i = 0; i < count; ++i) {
    Event event;
    event.kind = static_cast<Event::Kind>(draw.between(0, static_cast<int>(Event::Kind::replace_keys)));
    event.at_ms = draw.between<int64_t>(0, span_ms);
    event.for_ms = draw.pick<int64_t>({0, 700, 3000, 9000, 20'000});
    event.machine = draw.between<size_t>(0, 7) % plan.machines;
    plan.chaos_events.push_back(event);
  }
}

void draw_clock_events(Plan& plan, Draw draw) {
  if (!draw.chance(0.4)) return;
  for (size_t left = draw.between<size_t>(1, 3); left > 0; --left) {
    Event event;
    event.kind = draw.pick({Event::Kind::suspend, Event::Kind::skew_clock});
    event.at_ms = draw.between<int64_t>(0, plan.load_ms);
    event.for_ms = draw.pick<int64_t>({700, 9000, 40'000});
    event.machine = draw.between<size_t>(0, 7) % plan.machines;
    event.by_ms = draw.pick<int64_t>({-7'200'000, -600'000, -2000, 2000, 600'000, 7'200'000});
    plan.chaos_events.push_back(event);
  }
}

void draw_shard_events(Plan& plan, Draw draw) {
  plan.list_shards_lag_ms = draw.pick<int64_t>({0, 0, 500, 5000});
  if (!draw.chance(0.3)) return;
  for (size_t left = draw.between<size_t>(1, 2); left > 0; --left) {
    Event event;
    event.kind = draw.pick({Event::Kind::hide, Event::Kind::never_end});
    event.at_ms = draw.between<int64_t>(0, plan.load_ms);
    event.for_ms = draw.pick<int64_t>({3000, 40'000, 120'000});
    plan.chaos_events.push_back(event);
  }
}

// Shards that change hands in the middle of a record.
void draw_aggregates(Plan& plan, Draw draw) {
  if (plan.leases && draw.chance(0.3)) plan.aggregated_share = draw.pick({0.5, 1.0});
}

void draw_streams(Plan& plan, Draw draw) {
  if (!draw.chance(0.2)) return;
  plan.streams = 2;
  if (draw.chance(0.3)) plan.second_created_ms = draw.between<int64_t>(1, plan.load_ms / 2);
}

// Responses that say nothing about how a shard continues.
void draw_ends(Plan& plan, Draw draw) {
  plan.kinesis.no_iterator = draw.rate(0.2, 0.2);
  plan.omits_child_shards = draw.chance(0.1);
}

void draw_retention(Plan& plan, Draw draw) {
  if (!draw.chance(0.15)) return;
  Event event;
  event.kind = Event::Kind::trim;
  event.at_ms = draw.between<int64_t>(0, plan.load_ms);
  plan.chaos_events.push_back(event);
}

void draw_beginning(Plan& plan, Draw draw) {
  using Kind = kinesis::InitialPosition::Kind;
  if (!draw.chance(0.25)) return;
  plan.initial = draw.pick({Kind::latest, Kind::latest, Kind::at_timestamp});
  plan.first_start_ms = draw.between<int64_t>(0, plan.load_ms / 2);
  plan.initial_ms = draw.between<int64_t>(0, plan.first_start_ms);
  // A position that is lost after it was saved would begin later.
  plan.files.folder_sync = 0;
  if (!draw.chance(0.5)) return;
  Event event;  // while little was read
  event.at_ms = plan.first_start_ms + draw.between<int64_t>(20, 2000);
  event.for_ms = draw.pick<int64_t>({0, 3000});
  event.machine = draw.between<size_t>(0, 7) % plan.machines;
  plan.chaos_events.push_back(event);
}

void draw_patience(Plan& plan, Draw draw) {
  if (draw.chance(0.15)) plan.input_retry_limit = draw.between<int64_t>(0, 4);
  if (draw.chance(0.1)) plan.input_max_age_ms = draw.pick<int64_t>({1000, 5000, 30'000});
  if (draw.chance(0.1)) plan.output_max_age_ms = draw.pick<int64_t>({1000, 5000, 30'000});
  plan.rejected_share = draw.rate(0.3, 0.6);
  if (!draw.chance(0.2)) return;
  Event event;
  event.kind = Event::Kind::reject;
  event.at_ms = draw.between<int64_t>(0, plan.load_ms);
  event.for_ms = draw.pick<int64_t>({700, 3000, 20'000});
  event.machine = draw.between<size_t>(0, 7) % plan.machines;
  plan.chaos_events.push_back(event);
}

void draw_distribution(Plan& plan, Draw draw) {
  if (!draw.chance(0.3)) return;
  plan.mode = model::CapacityMode::on_demand;
  plan.keyless_share = draw.rate(0.5, 0.8);
  // Leases of several streams are named by what their descriptions say.
  plan.denies_descriptions = draw.chance(0.2) && !(plan.leases && plan.streams > 1);
  if (draw.chance(0.4)) plan.aggregated_share = draw.pick({0.5, 1.0});
  const bool needs_keys = plan.per_key || plan.aggregator.random_hash_keys;
  for (size_t left = draw.between<size_t>(1, 3); left > 0; --left) {
    Event event;
    event.kind = draw.pick({Event::Kind::distribute_in, Event::Kind::distribute_out});
    event.at_ms = draw.chance(0.3) ? 0 : draw.between<int64_t>(0, plan.load_ms);
    event.for_ms = draw.pick<int64_t>({0, 700, 9000, 70'000});
    // Such an output sends nothing to such a stream, so that it could not drain.
    if (event.kind == Event::Kind::distribute_out && needs_keys) event.for_ms += 1000;
    plan.chaos_events.push_back(event);
  }
}

// Fleets that share a queue instead of leases. Records stay in flight for longer than the visibility timeout.
void draw_queue(Plan& plan, Draw draw) {
  if (!draw.chance(0.25)) return;
  plan.queue = true;
  plan.mode = model::CapacityMode::on_demand;
  plan.leases = false;
  plan.machines = draw.between<size_t>(1, 4);
  plan.streams = 1;
  plan.second_created_ms = 0;
  plan.initial = kinesis::InitialPosition::Kind::trim_horizon;
  plan.reshards_at_handover = 0;
  plan.visibility_timeout_s = draw.pick<int64_t>({0, 30, 30, 45, 300});
  plan.max_receive_count = draw.pick<int64_t>({0, 2, 6, 6});
  plan.max_records_in_flight = draw.pick<size_t>({20, 120'000, 120'000});
  plan.leaves_dead_letters = plan.max_receive_count > 0 && draw.chance(0.3);
  if (plan.leaves_dead_letters) plan.max_records_in_flight = 120'000;  // each record takes minutes
  for (Event& event : plan.chaos_events) event.machine = draw.between<size_t>(0, 7) % plan.machines;
  for (size_t left = draw.between<size_t>(0, 4); left > 0; --left) {
    Event event;
    event.kind = draw.pick({Event::Kind::stop, Event::Kind::stop, Event::Kind::kill, Event::Kind::crash});
    event.at_ms = draw.between<int64_t>(0, plan.load_ms);
    event.for_ms = draw.pick<int64_t>({0, 700, 9000});
    event.machine = draw.between<size_t>(0, 7) % plan.machines;
    plan.chaos_events.push_back(event);
  }
  if (draw.chance(0.4)) {
    Event event;
    event.kind = draw.pick({Event::Kind::cut_output, Event::Kind::reject, Event::Kind::fill_disk});
    event.at_ms = draw.between<int64_t>(0, plan.load_ms);
    event.for_ms = draw.pick<int64_t>({40'000, 100'000});
    event.machine = draw.between<size_t>(0, 7) % plan.machines;
    plan.chaos_events.push_back(event);
  }
  plan.calls_succeed = draw.chance(0.4);
  if (!plan.calls_succeed) return;
  plan.kinesis = {.reject_records = draw.pick({0.0, 0.2})};
  plan.network = {};
  std::erase_if(plan.chaos_events, [](const Event& event) {
    using Kind = Event::Kind;
    const Kind kind = event.kind;
    return kind == Kind::freeze || kind == Kind::suspend || kind == Kind::storm || kind == Kind::cut_input ||
           kind == Kind::replace_keys;
  });
}

// Fleets with workers of KCL. What KCL handles differently by design is left out: it begins an idle shard at
// LATEST again, logs no gap, drops aggregated records that the service put into other shards, and never ends a
// shard without ChildShards.
void draw_kcl(Plan& plan, Draw draw) {
  using Kind = Event::Kind;
  if (!plan.leases || !draw.chance(0.25)) return;
  plan.kcl_workers = draw.between<size_t>(1, 3);
  // Enough of both to have leases, and time for scans of KCL, which are two failover times apart.
  plan.machines = draw.between<size_t>(1, 2);
  plan.shards_in = draw.between(2U, 5U);
  plan.load_ms = draw.between<int64_t>(20'000, 120'000);
  for (Event& event : plan.chaos_events) event.machine %= plan.machines;
  plan.kcl_max_leases = draw.pick<size_t>({1, SIZE_MAX, SIZE_MAX, SIZE_MAX});
  plan.kcl_checkpoint_ms = draw.pick<int64_t>({0, 0, 5000});
  if (plan.initial == kinesis::InitialPosition::Kind::latest)
    plan.initial = kinesis::InitialPosition::Kind::trim_horizon;
  if (plan.initial == kinesis::InitialPosition::Kind::at_timestamp) plan.kcl_start_ms = plan.initial_ms;
  if (draw.chance(0.3)) plan.first_start_ms = plan.kcl_start_ms + 45'000;  // KCL creates the leases
  plan.second_created_ms = 0;
  plan.omits_child_shards = false;
  std::erase_if(plan.chaos_events,
                [](const Event& event) { return event.kind == Kind::trim || event.kind == Kind::distribute_in; });
  for (size_t left = draw.between<size_t>(0, 4); left > 0; --left) {
    Event event;
    event.kind = draw.pick({Kind::kill_kcl, Kind::stop_kcl, Kind::freeze_kcl});
    event.at_ms = draw.between<int64_t>(0, plan.load_ms);
    event.for_ms = draw.pick<int64_t>({0, 3000, 9000, 20'000});
    event.machine = draw.between<size_t>(0, 7) % plan.kcl_workers;
    plan.chaos_events.push_back(event);
  }
  if (!draw.chance(0.5)) return;
  Event event;
  event.kind = draw.pick({Kind::leave, Kind::leave, Kind::leave_kcl});
  event.at_ms = draw.between<int64_t>(plan.load_ms / 4, plan.load_ms);
  event.dies = draw.pick({true, false});
  plan.chaos_events.push_back(event);
  if (event.kind == Kind::leave) plan.kcl_max_leases = SIZE_MAX;
}

void sort_events(Plan& plan) {
  std::stable_sort(plan.chaos_events.begin(), plan.chaos_events.end(),
                   [](const Event& a, const Event& b) { return a.at_ms < b.at_ms; });
  plan.calm_ms = plan.load_ms;
  for (const Event& event : plan.chaos_events) plan.calm_ms = std::max(plan.calm_ms, event.at_ms + event.for_ms);
}

}  // namespace

Plan draw_plan(uint64_t seed, int edition) {
  Plan plan;
  plan.seed = seed;
  draw_deployment(plan, Draw(seed, "deployment"));
  draw_input(plan, Draw(seed, "input"));
  draw_output(plan, Draw(seed, "output"));
  draw_load(plan, Draw(seed, "load"));
  plan.kinesis = draw_rates(Draw(seed, "kinesis"));
  plan.dynamodb = draw_rates(Draw(seed, "dynamodb"));
  draw_network(plan, Draw(seed, "network"));
  draw_files(plan, Draw(seed, "files"));
  draw_events(plan, Draw(seed, "deeds"));
  draw_clock_events(plan, Draw(seed, "clocks"));
  draw_shard_events(plan, Draw(seed, "shards"));
  if (edition >= 2) {
    draw_patience(plan, Draw(seed, "patience"));
    draw_beginning(plan, Draw(seed, "beginning"));
    draw_retention(plan, Draw(seed, "retention"));
    draw_aggregates(plan, Draw(seed, "aggregates"));
    draw_streams(plan, Draw(seed, "streams"));
  }
  if (edition >= 3) draw_ends(plan, Draw(seed, "ends"));
  if (edition >= 4) draw_distribution(plan, Draw(seed, "distribution"));
  if (edition >= 5) draw_queue(plan, Draw(seed, "queue"));
  if (edition >= 6) draw_kcl(plan, Draw(seed, "kcl"));
  sort_events(plan);
  return plan;
}

}  // namespace penstock::simulator
