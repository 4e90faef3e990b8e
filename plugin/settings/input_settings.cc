#include "plugin/settings/input_settings.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "plugin/settings/option_errors.h"
#include "plugin/settings/stream_options.h"

namespace penstock::plugin {

namespace {

constexpr int64_t kMaxRecords = 10'000;  // limit of GetRecords

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

void read_leases(const Options& options, InputSettings& settings, const Complain& complain) {
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
    settings.input.record_retry_limit = options.number("record_retry_limit");
  if (!options.is("max_record_age", "none"))
    settings.input.max_record_age_ms = options.duration_ms("max_record_age");
}

}  // namespace

InputSettings read_input_settings(const Options& options, const Complain& complain) {
  InputSettings settings;
  using Read = void (*)(const Options&, InputSettings&, const Complain&);
  for (const Read read :
       {Read{read_input_streams}, read_assignment, read_shards, read_leases, read_reading, read_others}) {
    read(options, settings, complain);
    options.start_check();
  }
  return settings;
}

Result<InputSettings> read_input_settings(const Options& options) {
  return or_first_problem([&](const Complain& complain) { return read_input_settings(options, complain); });
}

}  // namespace penstock::plugin
