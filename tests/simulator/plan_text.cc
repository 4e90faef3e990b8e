// Describes a plan for people.
#include <array>
#include <cstdio>

#include "tests/simulator/plan.h"

namespace penstock::simulator {

namespace {

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
         ", close " + percent(rates.close) + ", lose response " + percent(rates.lose_response) + ", truncate " +
         percent(rates.truncate) + ", delay " + percent(rates.delay) + " by " + seconds(rates.delay_ms) +
         ", bad gateway " + percent(rates.bad_gateway) + ", expire iterators " + percent(rates.expire_iterators) +
         ", short response " + percent(rates.short_response) + ", no iterator " + percent(rates.no_iterator) +
         ", reject records " + percent(rates.reject_records);
}

std::string to_text(const std::optional<int64_t>& limit) { return limit ? std::to_string(*limit) : "none"; }

std::string_view name_of(kinesis::Aggregator::Aggregate aggregate) {
  switch (aggregate) {
    case kinesis::Aggregator::Aggregate::none:
      return "none";
    case kinesis::Aggregator::Aggregate::newline:
      return "newline";
    case kinesis::Aggregator::Aggregate::kpl:
      return "kpl";
  }
  return "";
}

}  // namespace

std::string_view name_of(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::kill:
      return "kill";
    case Event::Kind::crash:
      return "crash";
    case Event::Kind::die_writing:
      return "die during a write";
    case Event::Kind::crash_writing:
      return "crash during a write";
    case Event::Kind::stop:
      return "stop";
    case Event::Kind::freeze:
      return "freeze";
    case Event::Kind::cut_input:
      return "cut off the input";
    case Event::Kind::cut_table:
      return "cut off the table";
    case Event::Kind::cut_output:
      return "cut off the output";
    case Event::Kind::fill_disk:
      return "fill the disk";
    case Event::Kind::fail_syncs:
      return "fail fsyncs";
    case Event::Kind::storm:
      return "storm of throttling";
    case Event::Kind::split:
      return "split a shard";
    case Event::Kind::merge:
      return "merge two shards";
    case Event::Kind::split_out:
      return "split a shard of the output";
    case Event::Kind::expire_iterators:
      return "expire iterators";
    case Event::Kind::replace_keys:
      return "replace keys";
    case Event::Kind::suspend:
      return "suspend";
    case Event::Kind::skew_clock:
      return "skew the clock";
    case Event::Kind::hide:
      return "hide records";
    case Event::Kind::never_end:
      return "shards never end";
    case Event::Kind::reject:
      return "refuse batches";
    case Event::Kind::trim:
      return "retention passes records";
    case Event::Kind::distribute_in:
      return "the service chooses the shards of the input";
    case Event::Kind::distribute_out:
      return "the service chooses the shards of the output";
    case Event::Kind::kill_kcl:
      return "kill a worker of KCL";
    case Event::Kind::stop_kcl:
      return "stop a worker of KCL";
    case Event::Kind::freeze_kcl:
      return "freeze a worker of KCL";
    case Event::Kind::leave:
      return "all processes leave";
    case Event::Kind::leave_kcl:
      return "all workers of KCL leave";
  }
  return "";
}

std::string to_text(const Plan& plan) {
  const auto number = [](auto value) { return std::to_string(value); };
  std::string text = "seed " + number(plan.seed) + ": " +
                     (plan.leases  ? number(plan.machines) + " processes that share leases"
                      : plan.queue ? number(plan.machines) + " processes that share a queue"
                                   : std::string("one process with a checkpoint file")) +
                     ", " + number(plan.streams) + " streams of " + number(plan.shards_in) + " shards in, " +
                     number(plan.shards_out) + " out\n";
  if (plan.first_start_ms > 0)
    text +=
        "  starts at " + seconds(plan.first_start_ms) + ", initial_position " +
        (plan.initial == kinesis::InitialPosition::Kind::latest ? "latest" : "at " + seconds(plan.initial_ms)) +
        "\n";
  if (plan.second_created_ms > 0)
    text += "  the second stream is created at " + seconds(plan.second_created_ms) + "\n";
  if (plan.kcl_workers > 0)
    text += "  workers of KCL: " + number(plan.kcl_workers) + ", which start at " + seconds(plan.kcl_start_ms) +
            ", maxLeasesForWorker " + (plan.kcl_max_leases == SIZE_MAX ? "none" : number(plan.kcl_max_leases)) +
            ", checkpoints every " + seconds(plan.kcl_checkpoint_ms) + "\n";
  if (plan.queue)
    text += "  queue: visibility timeout " + number(plan.visibility_timeout_s) + " s, MaxReceiveCount " +
            (plan.max_receive_count > 0 ? number(plan.max_receive_count) : "none") + ", at most " +
            number(plan.max_records_in_flight) + " records in flight, on_failure " +
            (plan.leaves_dead_letters ? "queue" : "file") + (plan.calls_succeed ? ", calls succeed" : "") + "\n";
  text += "  input: poll_interval " + seconds(plan.poll_interval_ms) + ", checkpoint_interval " +
          seconds(plan.checkpoint_interval_ms) + ", failover_time " + seconds(plan.failover_ms) + ", mem_limit " +
          number(plan.input_mem_bytes) + ", max_records " + number(plan.max_records) + ", ListShards pages of " +
          number(plan.list_shards_page) + ", record_retry_limit " + to_text(plan.input_retry_limit) +
          ", max_record_age " + to_text(plan.input_max_age_ms) + "\n";
  text += "  output: ordering " + std::string(plan.per_key ? "per_key" : "none") + ", aggregate " +
          std::string(name_of(plan.aggregator.aggregate)) +
          (plan.aggregator.append_newline ? ", append_newline" : "") + (plan.aggregator.gzip ? ", gzip" : "") +
          (plan.aggregator.random_hash_keys ? ", random hash keys" : "") + ", partition_key " +
          plan.partition_key + ", linger " + seconds(plan.linger_ms) + ", mem_limit " +
          number(plan.output_mem_bytes) + ", max_record_bytes " + number(plan.max_record_bytes) +
          ", record_retry_limit " + to_text(plan.output_retry_limit) + ", max_record_age " +
          to_text(plan.output_max_age_ms) + ", dead_letter_file_size " + number(plan.dead_letter_file_bytes) +
          "\n";
  text += "  load: " + number(plan.events) + " events in " + number(plan.key_streams) + " key streams within " +
          seconds(plan.load_ms) + ", at most " + number(plan.max_events_per_record) + " a record and " +
          number(plan.max_event_bytes) + " bytes each; aggregated " + percent(plan.aggregated_share) +
          ", garbage " + percent(plan.garbage_share) + ", raw " + percent(plan.raw_share) + ", left out " +
          percent(plan.left_out_share) + ", too large " + percent(plan.too_large_share) +
          ", without a partition key " + percent(plan.keyless_share) + "\n";
  text += "  network: " + number(plan.min_latency_ms) + " to " + number(plan.max_latency_ms) +
          " ms, connection refused " + percent(plan.network.connection_refused) + ", request lost " +
          percent(plan.network.request_lost) + ", response lost " + percent(plan.network.response_lost) +
          ", truncated " + percent(plan.network.truncated) + ", twice " + percent(plan.network.twice) +
          ", delay there " + percent(plan.network.request_delay) + " and back " +
          percent(plan.network.response_delay) + " by " + seconds(plan.network.delay_ms) + "\n";
  text += "  files: open " + percent(plan.files.open) + ", read " + percent(plan.files.read) + ", write " +
          percent(plan.files.write) + ", not truncated " + percent(plan.files.untruncated) + ", sync " +
          percent(plan.files.sync) + ", rename " + percent(plan.files.rename) + ", sync of the folder " +
          percent(plan.files.folder_sync) + "\n";
  text += "  kinesis: " + to_text(plan.kinesis) + ", lists of shards " + number(plan.list_shards_lag_ms) +
          " ms old" + (plan.omits_child_shards ? ", never ChildShards" : "") +
          (plan.denies_descriptions ? ", DescribeStreamSummary is denied" : "") + "\n";
  if (plan.leases)
    text += "  dynamodb: " + to_text(plan.dynamodb) + ", stale reads " + number(plan.stale_ms) + " ms\n";
  if (plan.rejected_share > 0) text += "  hosts reject " + percent(plan.rejected_share) + " of the batches\n";
  if (plan.reshards_at_handover > 0)
    text += "  splits when a lease changes hands: " + number(plan.reshards_at_handover) + "\n";
  for (const Event& event : plan.chaos_events)
    text += "  at " + seconds(event.at_ms) + ", for " + seconds(event.for_ms) + ": " +
            std::string(name_of(event.kind)) + " (machine " + number(event.machine) +
            (event.by_ms == 0 ? "" : ", by " + seconds(event.by_ms)) + (event.dies ? ", by a kill)\n" : ")\n");
  return text + "  calm from " + seconds(plan.calm_ms) + " on\n";
}

}  // namespace penstock::simulator
