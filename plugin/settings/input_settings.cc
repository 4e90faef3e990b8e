#include "plugin/settings/input_settings.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "plugin/settings/option_errors.h"
#include "plugin/settings/region.h"
#include "plugin/settings/stream_options.h"

namespace penstock::plugin {

namespace {

constexpr int64_t kMaxRecords = 10'000;    // limit of GetRecords
constexpr int64_t kMaxTopLogGroups = 500;  // a search through more of them would take too long

// Rejects a region that nothing would use: all streams have other regions, and no table is in it.
Status check_region_is_used(const Options& options, const std::vector<kinesis::StreamName>& streams) {
  const std::string& region = options.text("region");
  if (streams.empty() || region.empty() || options.text("checkpoint").starts_with("dynamodb")) return {};
  if (std::any_of(streams.begin(), streams.end(),
                  [&](const kinesis::StreamName& name) { return name.region.empty() || name.region == region; }))
    return {};
  return {Code::config, "PS0119",
          "region " + region + " has no effect: " + streams.front().text + " is in " + streams.front().region +
              "; remove region, or name a stream in it"};
}

Result<kinesis::InitialPosition> read_initial_position(const Options& options) {
  constexpr std::string_view kAtTimestamp = "at_timestamp:";
  const std::string& text = options.text("initial_position");
  if (text == "trim_horizon") return kinesis::InitialPosition{};
  if (text == "latest") return kinesis::InitialPosition{kinesis::InitialPosition::Kind::latest};
  const std::string_view time = std::string_view(text).substr(kAtTimestamp.size());
  const std::optional<int64_t> time_ms = parse_rfc3339(time);
  if (time_ms && *time_ms < 0)
    return out_of_range(options, "initial_position",
                        "a time from 1970-01-01T00:00:00Z on, because no record arrived before; trim_horizon "
                        "starts at the oldest record");
  if (time_ms) return kinesis::InitialPosition{kinesis::InitialPosition::Kind::at_timestamp, *time_ms};
  return Status(Code::config, "PS0120",
                "invalid time '" + printable(time) +
                    "' for initial_position at_timestamp: expected a time such as 2026-01-31T08:00:00Z or "
                    "2026-01-31T09:00:00+01:00");
}

Result<std::set<std::string>> read_pinned(const Options& options, size_t streams) {
  std::set<std::string> pinned;
  std::string_view rest = options.text("shards");
  if (rest.empty()) return pinned;
  if (streams > 1)
    return not_together("shards", "several streams",
                        "shard IDs are those of one stream; use a section for each stream, or remove shards");
  while (!rest.empty())
    if (const std::string_view id = take_list_item(rest); !id.empty()) pinned.emplace(id);
  return pinned;
}

// Options that describe positions in shards, which a queue does not have, and how to read shards.
constexpr std::array kShardOptions = {
    "stream",        "stream_arn",   "shards",          "checkpoint",          "initial_position",
    "poll_interval", "max_records",  "hash_range_rule", "checkpoint_interval", "application_name",
    "failover_time", "create_table", "table_tags",      "dynamodb_endpoint"};

void read_queue(const Options& options, InputSettings& settings, const Complain& complain) {
  Result<kinesis::QueueName> queue = kinesis::parse_queue_arn(options.text("queue_arn"));
  complain(queue.status());
  for (const char* name : kShardOptions)
    if (options.is_given(name))
      complain(
          not_together(name, "queue_arn", std::string("a queue has no shards and no positions; remove ") + name));
  if (!queue.ok()) return;
  complain(check_region(queue->region, queue->arn).in("queue_arn"));
  if (const std::string& region = options.text("region"); !region.empty() && region != queue->region)
    complain(Status(
        Code::config, "PS0119",
        "region " + printable(region) + " has no effect: queue_arn is in " + queue->region + "; remove region"));
  settings.queue = std::move(*queue);
}

// Returns how long a call may wait for records, so that it ends before its time limit.
int64_t wait_s(int64_t call_timeout_ms) {
  constexpr int64_t kMarginMs = 5000;  // for the call itself
  return std::clamp<int64_t>((call_timeout_ms - kMarginMs) / 1000, 1, kinesis::kMaxWaitS);
}

void read_of_queue(const Options& options, InputSettings& settings, const Complain& complain) {
  constexpr int64_t kMinCallTimeoutMs = 3000;
  const int64_t call_timeout_ms = options.duration_ms("call_timeout");
  if (call_timeout_ms < kMinCallTimeoutMs)
    complain(
        out_of_range(options, "call_timeout", "at least 3s with queue_arn, because a call waits for records"));
  settings.of_queue.wait_s = wait_s(call_timeout_ms);
  settings.of_queue.stuck_warning_ms = settings.input.stuck_warning_ms;
  settings.of_queue.mem_limit_bytes = settings.input.mem_limit_bytes;
  settings.of_queue.decode = settings.input.decode;
  settings.of_queue.limits = settings.input.limits;
  settings.of_queue.top_log_groups = settings.input.top_log_groups;
}

void read_input_streams(const Options& options, InputSettings& settings, const Complain& complain) {
  settings.streams = read_streams(options, complain);
  complain(check_region_is_used(options, settings.streams));
}

void read_assignment(const Options& options, InputSettings& settings, const Complain& complain) {
  const Result<kinesis::InitialPosition> initial = read_initial_position(options);
  complain(initial.status());
  if (initial.ok()) settings.assignment.initial = *initial;
  settings.assignment.checkpoint_interval_ms = options.duration_ms("checkpoint_interval");
}

void read_shards(const Options& options, InputSettings& settings, const Complain& complain) {
  Result<std::set<std::string>> pinned = read_pinned(options, settings.streams.size());
  complain(pinned.status());
  if (pinned.ok()) settings.assignment.selected = std::move(*pinned);
}

void check_positions(const Options& options, InputSettings&, const Complain& complain) {
  if (!options.is_given("checkpoint"))
    complain(Status(Code::config, "PS0056",
                    std::string("missing option checkpoint (") + kCheckpointType +
                        "): set where to keep the positions, or read a queue with queue_arn"));
  if (options.is("on_failure", "queue"))
    complain(not_together("on_failure queue", "stream",
                          "only a queue has dead letters of its own; set on_failure file:PATH, or queue_arn"));
}

void read_leases(const Options& options, InputSettings& settings, const Complain& complain) {
  if (!options.is_given("checkpoint")) return;
  settings.leases = read_lease_settings(options, settings.streams.size(), complain);
  settings.leases.leases.initial = settings.assignment.initial;
}

void read_reading(const Options& options, InputSettings& settings, const Complain& complain) {
  const int64_t max_records = options.number("max_records");
  if (max_records < 1 || max_records > kMaxRecords)
    complain(out_of_range(options, "max_records", "1 to " + std::to_string(kMaxRecords)));
  settings.input.reading.max_records = static_cast<size_t>(max_records);
  settings.input.reading.poll_interval_ms = options.duration_ms("poll_interval");
}

void read_top_log_groups(const Options& options, InputSettings& settings, const Complain& complain) {
  const int64_t number = options.number("top_log_groups");
  if (number < 1 || number > kMaxTopLogGroups)
    complain(out_of_range(options, "top_log_groups", "1 to " + std::to_string(kMaxTopLogGroups)));
  settings.input.top_log_groups = static_cast<size_t>(number);
}

kinesis::DecodeOptions read_unpacking(const Options& options) {
  kinesis::DecodeOptions decode;
  decode.format = read_record_format(options);
  decode.deaggregate = options.on("deaggregate");
  decode.hash_range_rule = options.on("hash_range_rule");
  decode.inflate_limit_bytes = options.size_bytes("inflate_limit");
  if (options.on("extracted_fields")) decode.extracted_fields = logs::ExtractedFields::keep;
  return decode;
}

void read_others(const Options& options, InputSettings& settings, const Complain&) {
  settings.input.stuck_warning_ms = options.duration_ms("stuck_warning");
  settings.input.mem_limit_bytes = options.size_bytes("mem_limit");
  settings.input.decode = read_unpacking(options);
  if (!options.is("record_retry_limit", "none"))
    settings.input.limits.retries = options.number("record_retry_limit");
  if (!options.is("max_record_age", "none")) settings.input.limits.age_ms = options.duration_ms("max_record_age");
}

}  // namespace

InputSettings read_input_settings(const Options& options, const Complain& complain) {
  InputSettings settings;
  using Read = void (*)(const Options&, InputSettings&, const Complain&);
  const auto read_all = [&](std::initializer_list<Read> reads) {
    for (const Read read : reads) {
      read(options, settings, complain);
      options.start_check();
    }
  };
  if (options.is_given("queue_arn"))
    read_all({read_queue, read_others, read_top_log_groups, read_of_queue});
  else
    read_all({check_positions, read_input_streams, read_assignment, read_shards, read_leases, read_reading,
              read_others, read_top_log_groups});
  return settings;
}

Result<InputSettings> read_input_settings(const Options& options) {
  return or_first_problem([&](const Complain& complain) { return read_input_settings(options, complain); });
}

}  // namespace penstock::plugin
