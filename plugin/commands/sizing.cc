#include "plugin/commands/sizing.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "base/text.h"
#include "core/kinesis/put_records.h"
#include "plugin/settings/option_errors.h"

namespace penstock::plugin {

namespace {

// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
constexpr double kShardRecords = 1000;
constexpr double kShardBytes = 1e6;
// https://aws.amazon.com/kinesis/data-streams/pricing/
constexpr double kUnitBytes = 25 * 1024;
constexpr double kBilledBytes = 1024;

constexpr int64_t kMaxEventsPerSecond = 1'000'000'000;

constexpr PackingFigures kFigures[] = {
    {"none", "none", 1000, 505, 1000}, {"none", "gzip", 1000, 394, 1000}, {"newline", "none", 12, 453, 21},
    {"newline", "gzip", 6, 46, 6},     {"kpl", "none", 10, 461, 19},  // for a stream of four shards
};

const PackingFigures* find_figures(std::string_view aggregate, std::string_view compression) {
  const auto* const found = std::find_if(std::begin(kFigures), std::end(kFigures), [&](const auto& figures) {
    return figures.aggregate == aggregate && figures.compression == compression;
  });
  return found == std::end(kFigures) ? nullptr : found;
}

bool joins(const PackingFigures& figures) { return figures.records < 1000; }

// Formats 1234567 as "1,234,567"; below 10 with one decimal.
std::string number(double value) {
  char text[64];
  std::snprintf(text, sizeof text, value < 9.95 && value != std::floor(value) ? "%.1f" : "%.0f", value);
  std::string out = text;
  const size_t point = std::min(out.find('.'), out.size());
  for (size_t at = point; at > 3; at -= 3) out.insert(at - 3, 1, ',');
  return out;
}

std::string megabytes(double bytes) {
  char text[64];
  std::snprintf(text, sizeof text, bytes < 995e4 ? "%.2f MB/s" : "%.0f MB/s", bytes / 1e6);
  return text;
}

std::string counted(double count, const std::string& one) {
  const std::string text = number(count);
  return text + " " + one + (text == "1" ? "" : "s");
}

// A call is sent when it has the maximum number of records or bytes, or when the first of its records has waited
// for linger.
double calls_per_second(const Sizing& sizing, double events_per_second, double event_bytes,
                        const Options& options) {
  const double by_records = sizing.records_per_second / kinesis::kMaxRecordsPerCall;
  const double by_bytes =
      events_per_second * event_bytes / static_cast<double>(options.size_bytes("max_request_bytes"));
  const double by_linger = 1000.0 / static_cast<double>(options.duration_ms("linger"));
  return std::max({by_records, by_bytes, std::min(by_linger, sizing.records_per_second)});
}

// Prints the conditions under which the figures hold.
void print_assumptions(const PackingFigures& figures, double events_per_second, const Options& options,
                       const Printer& print) {
  const double events = 1000 / figures.records;  // per record
  const bool by_shard = figures.aggregate == "kpl";
  if (by_shard && options.is("explicit_hash_key", "random")) {
    print.line("  This assumes " + number(std::round(events)) +
               " events per record: that number has to arrive within linger (" + options.text("linger") +
               "), whatever the keys.");
    return;
  }
  const std::string one = by_shard ? "shard" : "key";
  const double keys = events_per_second * static_cast<double>(options.duration_ms("linger")) / 1000 / events;
  const std::string share =
      by_shard ? "one shard"
               : "one partition key (partition_key " + printable(options.text("partition_key")) + ")";
  print.line("  Only events of " + share + " that arrive within linger (" + options.text("linger") +
             ") share a record.");
  print.line("  This assumes " + number(std::round(events)) + " events per record: at this rate, " +
             (keys >= 1 ? "up to " + counted(std::floor(keys), one) + " can have that number in that time."
                        : "not even one " + one + " has that number in that time."));
  print.line("  With fewer events per " + one +
             " there are more records, up to one for each event; a longer linger helps.");
}

}  // namespace

std::span<const PackingFigures> packing_figures() { return kFigures; }

Sizing sizing_of(const PackingFigures& figures, double events_per_second, double event_bytes) {
  const double sent_bytes = figures.bytes * event_bytes / kMeasuredEventBytes;  // per event
  // linger and the limit for aggregation determine the size of an aggregated record, not the size of its events.
  const double joined_bytes = joins(figures) ? figures.bytes * 1000 / figures.records : 0;
  const double record_bytes = std::max(joined_bytes, sent_bytes);
  const double record_units =
      record_bytes == joined_bytes ? figures.units / figures.records : std::ceil(record_bytes / kUnitBytes);
  Sizing sizing = {};
  sizing.bytes_per_second = events_per_second * sent_bytes;
  sizing.records_per_second = sizing.bytes_per_second / record_bytes;
  sizing.shards = static_cast<int64_t>(
      std::ceil(std::max(sizing.records_per_second / kShardRecords, sizing.bytes_per_second / kShardBytes)));
  sizing.units_per_second = sizing.records_per_second * record_units;
  sizing.billed_bytes_per_second =
      sizing.records_per_second * std::ceil(record_bytes / kBilledBytes) * kBilledBytes;
  return sizing;
}

Status print_sizing(const penstock_host&, const Options& options, const Options& arguments, const Printer& print) {
  const int64_t events = arguments.number("events_per_second");
  if (events < 1 || events > kMaxEventsPerSecond)
    return out_of_range(arguments, "events_per_second", "1 to " + std::to_string(kMaxEventsPerSecond));
  const size_t event_bytes = arguments.size_bytes("event_bytes");
  if (event_bytes > kinesis::kMaxRaisedRecordBytes)
    return out_of_range(
        arguments, "event_bytes",
        "at most " + std::to_string(kinesis::kMaxRaisedRecordBytes) + " bytes, the size of the largest record");
  // Each event then has its own key.
  const bool joins_nothing = options.is("aggregate", "newline") && options.is("partition_key", "random");
  const PackingFigures* const figures =
      find_figures(joins_nothing ? "none" : options.text("aggregate"), options.text("compression"));
  if (figures == nullptr)
    return {Code::config, "PS0112",
            "no figures were measured for aggregate " + options.text("aggregate") + " with compression " +
                options.text("compression") + ": use other values"};
  const auto per_second = static_cast<double>(events);
  const auto bytes = static_cast<double>(event_bytes);
  Sizing sizing = sizing_of(*figures, per_second, bytes);
  if (options.on("append_newline")) sizing.bytes_per_second += sizing.records_per_second;

  print.line("Estimate for " + number(per_second) + " log events/s of " + number(bytes) +
             " bytes, with aggregate " + options.text("aggregate") + " and compression " +
             options.text("compression") + ":");
  print.line("  " + counted(sizing.records_per_second, "record") + "/s and " + megabytes(sizing.bytes_per_second));
  print.line("  " + counted(static_cast<double>(sizing.shards), "shard") +
             ", at 1,000 records/s and 1 MB/s each; add headroom for peaks and uneven keys");
  print.line("  " + counted(sizing.units_per_second, "PUT payload unit") +
             "/s, by which a provisioned stream is billed");
  print.line("  " + megabytes(sizing.billed_bytes_per_second) + ", by which an on-demand stream is billed");
  print.line("  " + counted(calls_per_second(sizing, per_second, bytes, options), "PutRecords call") + "/s");
  print.line("  The figures were measured on logs of Lambda functions; other logs differ (docs/sizing.md).");
  if (joins_nothing)
    print.line(
        "  partition_key random gives each event its own key, so that aggregate newline joins none of them.");
  if (joins(*figures)) print_assumptions(*figures, per_second, options, print);
  if (options.text("partition_key").starts_with("text:") && !options.is("explicit_hash_key", "random") &&
      sizing.shards > 1)
    print.line("  " + printable(options.text("partition_key")) +
               " sends all records to one shard, which does not accept this rate: use another partition_key.");
  if (!options.is("max_record_bytes", "auto") && event_bytes > options.size_bytes("max_record_bytes"))
    print.line("  Events of this size exceed max_record_bytes (" + options.text("max_record_bytes") +
               "), so that they go to on_failure.");
  return {};
}

}  // namespace penstock::plugin
