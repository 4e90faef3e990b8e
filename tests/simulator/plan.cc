#include "tests/simulator/plan.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <initializer_list>

#include "tests/sim/sim_clock.h"

namespace penstock::simulator {

namespace {

// The chances of one aspect of a seed.
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
  // Nothing in most runs; else up to most, small rather than large.
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
  using Aggregate = Packing::Aggregate;
  plan.per_key = draw.chance(0.5);
  plan.packing.aggregate = draw.pick({Aggregate::none, Aggregate::newline, Aggregate::kpl, Aggregate::kpl});
  plan.packing.append_newline = draw.chance(0.3);
  plan.packing.gzip = plan.packing.aggregate != Aggregate::kpl && draw.chance(0.3);
  plan.packing.random_hash_keys = !plan.per_key && draw.chance(0.2);
  plan.partition_key = draw.pick<const char*>({"log_stream", "source", "random"});
  if (plan.per_key) plan.partition_key = draw.pick<const char*>({"log_stream", "source"});
  plan.linger_ms = draw.pick<int64_t>({0, 100, 1000});
  plan.output_mem_bytes = draw.pick<size_t>({64 << 10, 256 << 10, 24 << 20});
  plan.max_record_bytes = draw.pick<size_t>({4 << 10, 1 << 20});
  if (draw.chance(0.2)) plan.record_retry_limit = draw.between<int64_t>(0, 5);
  plan.failure_file_bytes = draw.pick<uint64_t>({2 << 10, 64 << 20});
}

void draw_load(Plan& plan, Draw draw) {
  plan.lanes = draw.pick<size_t>({1, 5, 30});
  plan.events = draw.between<size_t>(50, 600);
  plan.most_events_a_record = draw.pick<size_t>({1, 3, 20});
  plan.most_event_bytes = draw.pick<size_t>({20, 200, 2000});
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
  rates.lose_answer = draw.rate(0.4, 0.1);
  rates.truncate = draw.rate(0.3, 0.05);
  rates.delay = draw.rate(0.3, 0.1);
  rates.delay_ms = draw.pick<int64_t>({1000, 8000, 40'000});
  rates.refuse_records = draw.rate(0.4, 0.5);
  rates.bad_gateway = draw.rate(0.2, 0.1);
  rates.expire_iterators = draw.rate(0.2, 0.05);
  rates.short_answer = draw.rate(0.2, 0.1);
  return rates;
}

void draw_network(Plan& plan, Draw draw) {
  plan.most_latency_ms = draw.pick<int64_t>({5, 50, 1000});
  plan.stale_ms = draw.pick<int64_t>({0, 500, 1500});
  plan.network.refused = draw.rate(0.2, 0.1);
  plan.network.request_lost = draw.rate(0.2, 0.1);
  plan.network.answer_lost = draw.rate(0.2, 0.1);
  plan.network.truncated = draw.rate(0.2, 0.1);
  plan.network.twice = draw.rate(0.2, 0.2);
  plan.network.request_delay = draw.rate(0.2, 0.2);
  plan.network.answer_delay = draw.rate(0.2, 0.2);
  plan.network.delay_ms = draw.pick<int64_t>({500, 5000, 40'000});
}

void draw_files(Plan& plan, Draw draw) {
  if (!draw.chance(0.4)) return;
  plan.files.open = draw.rate(0.3, 0.5);
  plan.files.read = draw.rate(0.3, 0.5);
  plan.files.write = draw.rate(0.5, 0.5);
  plan.files.sync = draw.rate(0.5, 0.5);
  plan.files.left_behind = draw.rate(0.5, 1);
  plan.files.rename = draw.rate(0.4, 0.5);
  plan.files.folder_sync = draw.rate(0.4, 0.5);
}

void draw_deeds(Plan& plan, Draw draw) {
  if (plan.leases && draw.chance(0.3)) plan.reshards_at_handover = draw.between<size_t>(1, 3);
  const size_t count = draw.between<size_t>(0, 6 + 2 * plan.machines);
  const int64_t span_ms = std::max<int64_t>(plan.load_ms, 20'000);
  for (size_t i = 0; i < count; ++i) {
    Deed deed;
    deed.kind = static_cast<Deed::Kind>(draw.between(0, static_cast<int>(Deed::Kind::replace_keys)));
    deed.at_ms = draw.between<int64_t>(0, span_ms);
    deed.for_ms = draw.pick<int64_t>({0, 700, 3000, 9000, 20'000});
    deed.machine = draw.between<size_t>(0, 7) % plan.machines;
    plan.deeds.push_back(deed);
  }
}

void draw_clock_deeds(Plan& plan, Draw draw) {
  if (!draw.chance(0.4)) return;
  for (size_t left = draw.between<size_t>(1, 3); left > 0; --left) {
    Deed deed;
    deed.kind = draw.pick({Deed::Kind::suspend, Deed::Kind::skew_clock});
    deed.at_ms = draw.between<int64_t>(0, plan.load_ms);
    deed.for_ms = draw.pick<int64_t>({700, 9000, 40'000});
    deed.machine = draw.between<size_t>(0, 7) % plan.machines;
    deed.by_ms = draw.pick<int64_t>({-7'200'000, -600'000, -2000, 2000, 600'000, 7'200'000});
    plan.deeds.push_back(deed);
  }
}

void draw_shard_deeds(Plan& plan, Draw draw) {
  plan.list_shards_lag_ms = draw.pick<int64_t>({0, 0, 500, 5000});
  // Pages of different ages could show a child and not its parent, which then looks as if its retention had
  // passed.
  if (plan.list_shards_lag_ms > 0) plan.list_shards_page = 1000;
  if (!draw.chance(0.3)) return;
  for (size_t left = draw.between<size_t>(1, 2); left > 0; --left) {
    Deed deed;
    deed.kind = draw.pick({Deed::Kind::hide, Deed::Kind::never_end});
    deed.at_ms = draw.between<int64_t>(0, plan.load_ms);
    deed.for_ms = draw.pick<int64_t>({3000, 40'000, 120'000});
    plan.deeds.push_back(deed);
  }
}

void order_deeds(Plan& plan) {
  std::stable_sort(plan.deeds.begin(), plan.deeds.end(),
                   [](const Deed& a, const Deed& b) { return a.at_ms < b.at_ms; });
  plan.calm_ms = plan.load_ms;
  for (const Deed& deed : plan.deeds) plan.calm_ms = std::max(plan.calm_ms, deed.at_ms + deed.for_ms);
}

std::string seconds(int64_t ms) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.3f s", static_cast<double>(ms) / 1000);
  return text.data();
}

std::string percent(double share) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.1f%%", share * 100);
  return text.data();
}

std::string to_text(const model::FaultRates& rates) {
  return "throttle " + percent(rates.throttle) + ", internal failure " + percent(rates.internal_failure) +
         ", close " + percent(rates.close) + ", lose answer " + percent(rates.lose_answer) + ", truncate " +
         percent(rates.truncate) + ", delay " + percent(rates.delay) + " by " + seconds(rates.delay_ms) +
         ", bad gateway " + percent(rates.bad_gateway) + ", expire iterators " + percent(rates.expire_iterators) +
         ", short answer " + percent(rates.short_answer) + ", refuse records " + percent(rates.refuse_records);
}

std::string_view name_of(Packing::Aggregate aggregate) {
  switch (aggregate) {
    case Packing::Aggregate::none:
      return "none";
    case Packing::Aggregate::newline:
      return "newline";
    case Packing::Aggregate::kpl:
      return "kpl";
  }
  return "";
}

}  // namespace

std::string_view name_of(Deed::Kind kind) {
  switch (kind) {
    case Deed::Kind::kill:
      return "kill";
    case Deed::Kind::crash:
      return "crash";
    case Deed::Kind::die_writing:
      return "die amid a write";
    case Deed::Kind::crash_writing:
      return "crash amid a write";
    case Deed::Kind::stop:
      return "stop";
    case Deed::Kind::freeze:
      return "freeze";
    case Deed::Kind::cut_input:
      return "cut off the input";
    case Deed::Kind::cut_table:
      return "cut off the table";
    case Deed::Kind::cut_output:
      return "cut off the output";
    case Deed::Kind::fill_disk:
      return "fill the disk";
    case Deed::Kind::fail_syncs:
      return "fail fsyncs";
    case Deed::Kind::storm:
      return "storm of throttling";
    case Deed::Kind::split:
      return "split a shard";
    case Deed::Kind::merge:
      return "merge two shards";
    case Deed::Kind::split_out:
      return "split a shard of the output";
    case Deed::Kind::expire_iterators:
      return "expire iterators";
    case Deed::Kind::replace_keys:
      return "replace keys";
    case Deed::Kind::suspend:
      return "suspend";
    case Deed::Kind::skew_clock:
      return "skew the clock";
    case Deed::Kind::hide:
      return "hide records";
    case Deed::Kind::never_end:
      return "shards never end";
  }
  return "";
}

Plan draw_plan(uint64_t seed) {
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
  draw_deeds(plan, Draw(seed, "deeds"));
  draw_clock_deeds(plan, Draw(seed, "clocks"));
  draw_shard_deeds(plan, Draw(seed, "shards"));
  order_deeds(plan);
  return plan;
}

std::string to_text(const Plan& plan) {
  const auto number = [](auto value) { return std::to_string(value); };
  std::string text = "seed " + number(plan.seed) + ": " +
                     (plan.leases ? number(plan.machines) + " processes that share leases"
                                  : std::string("one process with a checkpoint file")) +
                     ", " + number(plan.shards_in) + " shards in, " + number(plan.shards_out) + " out\n";
  text += "  input: poll_interval " + seconds(plan.poll_interval_ms) + ", checkpoint_interval " +
          seconds(plan.checkpoint_interval_ms) + ", failover_time " + seconds(plan.failover_ms) + ", mem_limit " +
          number(plan.input_mem_bytes) + ", max_records " + number(plan.max_records) + ", ListShards pages of " +
          number(plan.list_shards_page) + "\n";
  text += "  output: ordering " + std::string(plan.per_key ? "per_key" : "none") + ", aggregate " +
          std::string(name_of(plan.packing.aggregate)) + (plan.packing.append_newline ? ", append_newline" : "") +
          (plan.packing.gzip ? ", gzip" : "") + (plan.packing.random_hash_keys ? ", random hash keys" : "") +
          ", partition_key " + plan.partition_key + ", linger " + seconds(plan.linger_ms) + ", mem_limit " +
          number(plan.output_mem_bytes) + ", max_record_bytes " + number(plan.max_record_bytes) +
          ", record_retry_limit " + (plan.record_retry_limit ? number(*plan.record_retry_limit) : "none") +
          ", failure_file_size " + number(plan.failure_file_bytes) + "\n";
  text += "  load: " + number(plan.events) + " events in " + number(plan.lanes) + " lanes within " +
          seconds(plan.load_ms) + ", at most " + number(plan.most_events_a_record) + " a record and " +
          number(plan.most_event_bytes) + " bytes each; aggregated " + percent(plan.aggregated_share) +
          ", garbage " + percent(plan.garbage_share) + ", raw " + percent(plan.raw_share) + ", left out " +
          percent(plan.left_out_share) + ", too large " + percent(plan.too_large_share) + "\n";
  text += "  network: " + number(plan.least_latency_ms) + " to " + number(plan.most_latency_ms) + " ms, refused " +
          percent(plan.network.refused) + ", request lost " + percent(plan.network.request_lost) +
          ", answer lost " + percent(plan.network.answer_lost) + ", truncated " + percent(plan.network.truncated) +
          ", twice " + percent(plan.network.twice) + ", delay there " + percent(plan.network.request_delay) +
          " and back " + percent(plan.network.answer_delay) + " by " + seconds(plan.network.delay_ms) + "\n";
  text += "  files: open " + percent(plan.files.open) + ", read " + percent(plan.files.read) + ", write " +
          percent(plan.files.write) + ", left behind " + percent(plan.files.left_behind) + ", sync " +
          percent(plan.files.sync) + ", rename " + percent(plan.files.rename) + ", sync of the folder " +
          percent(plan.files.folder_sync) + "\n";
  text +=
      "  kinesis: " + to_text(plan.kinesis) + ", lists of shards " + number(plan.list_shards_lag_ms) + " ms old\n";
  if (plan.leases)
    text += "  dynamodb: " + to_text(plan.dynamodb) + ", stale reads " + number(plan.stale_ms) + " ms\n";
  if (plan.reshards_at_handover > 0)
    text += "  splits when a lease changes hands: " + number(plan.reshards_at_handover) + "\n";
  for (const Deed& deed : plan.deeds)
    text += "  at " + seconds(deed.at_ms) + ", for " + seconds(deed.for_ms) + ": " +
            std::string(name_of(deed.kind)) + " (machine " + number(deed.machine) +
            (deed.by_ms == 0 ? "" : ", by " + seconds(deed.by_ms)) + ")\n";
  return text + "  calm from " + seconds(plan.calm_ms) + " on\n";
}

}  // namespace penstock::simulator
