// The filter stage lambda_logs: options and ABI over core/logs/record/lambda_filter.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/scan.h"
#include "base/text.h"
#include "core/logs/record/lambda_filter.h"
#include "core/logs/record/schema.h"
#include "plugin/abi/instance.h"
#include "plugin/abi/stage.h"
#include "plugin/settings/connection.h"
#include "plugin/settings/option_errors.h"
#include "plugin/stages/stages.h"

namespace penstock::plugin {

namespace {

// Returns the kinds in a list like "start,end,report" as bits. Reports each unknown word.
uint32_t events_of(std::string_view list, const Complain& complain) {
  uint32_t events = 0;
  while (!list.empty()) {
    const std::string_view word = take_list_item(list);
    const auto found = std::find_if(logs::kLambdaEventNames.begin() + 1, logs::kLambdaEventNames.end(),
                                    [&](std::string_view name) { return equal_without_case(name, word); });
    if (found != logs::kLambdaEventNames.end()) {
      events |= uint32_t{1} << (found - logs::kLambdaEventNames.begin());
      continue;
    }
    std::string known;
    for (size_t event = 1; event < logs::kLambdaEventNames.size(); ++event)
      known.append(event == 1 ? "" : ", ").append(logs::kLambdaEventNames[event]);
    complain(
        Status(Code::config, "PS0086",
               "invalid value '" + printable(word) + "' for drop: expected comma-separated words of " + known));
  }
  return events;
}

logs::Schema schema_of(std::string_view word) {
  if (word == "legacy") return logs::Schema::legacy;
  if (word == "otel") return logs::Schema::otel;
  return word == "ecs" ? logs::Schema::ecs : logs::Schema::standard;
}

const logs::SchemaNames& schema_names(const Options& given) {
  return logs::names_of(schema_of(given.text("schema")));
}

// The options that name members of the record, with their defaults.
struct KeyOption {
  const char* option;
  std::string_view logs::SchemaNames::*otherwise;  // empty: no member
};
constexpr KeyOption kTimestampKey = {"timestamp_key", &logs::SchemaNames::timestamp};
constexpr KeyOption kEventIdKey = {"event_id_key", &logs::SchemaNames::event_id};
constexpr KeyOption kSourceKey = {"source_key", &logs::SchemaNames::source};
constexpr KeyOption kJsonKey = {"json_key", &logs::SchemaNames::json};
constexpr std::array kKeyOptions = {kTimestampKey, kEventIdKey, kSourceKey, kJsonKey};

// Returns "" if the record has no such member.
std::string key_name(const Options& given, const KeyOption& key) {
  const std::string& text = given.text(key.option);
  return text.empty() ? std::string(schema_names(given).*key.otherwise) : text;
}

Status check_source_key(const Options& given) {
  if (given.text("source_key").empty() || !schema_names(given).source.empty()) return {};
  return not_together("source_key", "schema " + given.text("schema"),
                      "the schema has no such member; remove source_key");
}

Status taken(const Options& given, const KeyOption& key) {
  return {Code::config, "PS0145",
          std::string(key.option) + " '" + printable(given.text(key.option)) +
              "' is the name of another member of the record: choose another name"};
}

Status check_is_no_member(const Options& given, const KeyOption& key) {
  const std::string name = key_name(given, key);
  return name.empty() || !logs::has_member(schema_names(given), name) ? Status() : taken(given, key);
}

Status check_differ(const Options& given, const KeyOption& key, const KeyOption& other) {
  const std::string name = key_name(given, key);
  if (name.empty() || name != key_name(given, other)) return {};
  return taken(given, given.text(key.option).empty() ? other : key);
}

// Rejects a json_key under which a store may mix the application's object with another member of the record.
Status check_json_key(const Options& given) {
  const std::string json_key = key_name(given, kJsonKey);
  if (json_key.empty()) return {};
  std::string within;
  for (const KeyOption& key : {kTimestampKey, kEventIdKey, kSourceKey}) {
    const std::string name = key_name(given, key);
    if (within.empty() && (logs::is_within(name, json_key) || logs::is_within(json_key, name))) within = name;
  }
  if (within.empty()) within = logs::member_within(schema_names(given), json_key);
  if (within.empty()) return {};
  return {Code::config, "PS0145",
          "json_key '" + printable(json_key) + "' conflicts with the record's member '" + printable(within) +
              "', because a store may merge the members of the application's object with it: choose another name"};
}

// Returns the members in such a list. An empty list means the default.
std::vector<std::string> time_names_of(std::string_view list, const Complain& complain) {
  std::vector<std::string> names;
  const auto invalid = [&](const std::string& expected) {
    complain(Status(Code::config, "PS0147",
                    "invalid value '" + printable(list) + "' for timestamp_from: expected " + expected));
  };
  for (std::string_view left = list; !left.empty();) {
    const std::string_view name = take_list_item(left);
    if (name.empty()) {
      invalid("comma-separated names of members, such as time,meta.at; remove the empty name");
      return {};
    }
    names.emplace_back(name);
  }
  if (names.size() > logs::kMaxTimeNames)
    invalid("at most " + std::to_string(logs::kMaxTimeNames) + " names, not " + std::to_string(names.size()));
  return names;
}

Status check_pattern(const Options& given, const char* name) {
  const std::string& text = given.text(name);
  if (text.empty() || text.find_first_not_of(", \t") != std::string::npos) return {};
  return {Code::config, "PS0057",
          "empty value '" + printable(text) + "' for " + name +
              ": expected patterns of log groups, such as /aws/lambda/*"};
}

void check_keys(const Options& given, const Complain& complain) {
  complain(check_source_key(given));
  for (size_t i = 0; i < kKeyOptions.size(); ++i) {
    complain(check_is_no_member(given, kKeyOptions[i]));
    for (size_t other = i + 1; other < kKeyOptions.size(); ++other)
      complain(check_differ(given, kKeyOptions[i], kKeyOptions[other]));
  }
  complain(check_json_key(given));
}

logs::LambdaFilterOptions read_options(const Options& given, const Complain& complain) {
  check_keys(given, complain);
  complain(check_pattern(given, "include"));
  complain(check_pattern(given, "exclude"));
  logs::LambdaFilterOptions options;
  options.drop = events_of(given.text("drop"), complain);
  options.schema = schema_of(given.text("schema"));
  options.timestamp_key = key_name(given, kTimestampKey);
  options.event_id_key = key_name(given, kEventIdKey);
  options.source_key = key_name(given, kSourceKey);
  options.json_key = key_name(given, kJsonKey);
  options.timestamp_from = time_names_of(given.text("timestamp_from"), complain);
  options.event_id = given.on("event_id");
  options.keep_message = given.on("keep_message");
  options.function_fields = given.on("function_fields");
  options.normalize_level = given.on("normalize_level");
  options.parse_json_in_message = given.on("parse_json_in_message");
  options.log_groups = logs::LogGroups(given.text("include"), given.text("exclude"));
  return options;
}

class LambdaLogs : public penstock_instance {
 public:
  static constexpr std::array kOptions = {
      option("schema", "default|legacy|otel|ecs", "default",
             "Names of the record's members. default: Penstock's own. legacy: those of the Lambda function that "
             "is widely used for this job. otel: OpenTelemetry's. ecs: Elastic Common Schema's. docs/records.md "
             "lists them."),
      option(
          "timestamp_key", "text", nullptr,
          "Member with the time of the event. Default: timestamp; with schema ecs, @timestamp. If the application "
          "wrote a member of this name that is not a time in RFC 3339, that member becomes NAME_original."),
      option(
          "event_id_key", "text", nullptr,
          "Member with the event ID of CloudWatch Logs. Default: event_id; with schema otel, log.record.uid; with "
          "ecs, event.id. If the application wrote a member of this name, that member becomes NAME_original."),
      option("source_key", "text", nullptr,
             "Member with the log group, log stream, and account of the event. Default: source. If the "
             "application wrote a member of this name, that member becomes NAME_original. The schemas otel and "
             "ecs have no such member."),
      option("json_key", "text", nullptr,
             "Member that contains the JSON object that the application wrote. Default: the members of the object "
             "become members of the record; with schema otel, attributes; with ecs, app."),
      option(
          "timestamp_from", "list", nullptr,
          "Comma-separated members of a JSON object that may have the time of the event; the first that has one "
          "is used. A dot leads into an object. Default: timestamp, @timestamp, time, Timestamp, ts, timeMillis, "
          "_aws.Timestamp, preceded by a timestamp_key of the record that is not among them."),
      option("event_id", "on|off", "on", "on: add the event ID of CloudWatch Logs to each record."),
      option("keep_message", "on|off", "on",
             "off: omit message from records of parsed platform lines of Lambda, such as START and REPORT."),
      option("function_fields", "on|off", "off",
             "on: add the function's name and version, derived from the log group and log stream, to the source."),
      option("normalize_level", "on|off", "off",
             "on: convert levels to TRACE, DEBUG, INFO, WARN, ERROR, or FATAL, also in a JSON object that has its "
             "own level. Unknown words are kept."),
      option("parse_json_in_message", "on|off", "on",
             "on: if the message of a Node.js line is a JSON object, use the object as the record, with the "
             "line's time, level, and request ID if it has none of its own. off: keep the message as text."),
      option("drop", "list", nullptr,
             "Comma-separated kinds of lambda.event to omit and count, such as start,end,report,initStart."),
      option("include", "list", nullptr,
             "Comma-separated patterns of the log groups to keep; * matches any text, ? one character. Default: "
             "all log groups."),
      option("exclude", "list", nullptr,
             "Comma-separated patterns of the log groups to omit and count, in the form of include."),
  };

  using Settings = logs::LambdaFilterOptions;
  static Settings read_settings(const Options& options, const Complain& complain) {
    return read_options(options, complain);
  }
  static Made make(const penstock_host&, const Options&, const Settings& settings) {
    return Made(std::make_unique<LambdaLogs>(settings));
  }

  explicit LambdaLogs(const logs::LambdaFilterOptions& options)
      : penstock_instance(kLambdaLogsStage), filter(options) {}

  void stats(penstock_stat_fn stat, void* stat_ctx) const override {
    const logs::LambdaFilterCounters& counters = filter.counters();
    const MetricsSink metrics(stat, stat_ctx);
    metrics.counter("received_records", "records", "log events received", counters.records);
    metrics.counter("system_records", "records", "platform lines of Lambda, such as START, END, and REPORT",
                    counters.system_lines);
    metrics.counter("json_records", "records", "JSON objects, passed through", counters.passed_through);
    metrics.counter("wrapped_records", "records", "all other lines, wrapped in JSON", counters.wrapped);
    metrics.counter("dropped_records", "records", "log events omitted by the option drop, because of their kind",
                    counters.dropped);
    metrics.counter("excluded_records", "records",
                    "log events omitted by include or exclude, because of their log group", counters.excluded);
  }

  logs::LambdaFilter filter;
};

int32_t apply(penstock_instance* self, const penstock_batch* given, penstock_emit_fn emit, void* emit_ctx,
              penstock_error* error) {
  if (emit == nullptr) return set_error(error, PENSTOCK_E_INVALID, false, "PS0052", "emit is NULL");
  return guarded_as<LambdaLogs>(kLambdaLogsStage, self, In::open, error, [&](LambdaLogs& it) {
    penstock_batch batch;
    int32_t code = PENSTOCK_OK;
    if (!read_batch(given, batch, error, code)) return code;
    const int32_t answer = it.filter.apply(batch, emit, emit_ctx);
    return answer < 0 ? set_error(error, answer, true, "PS0079", "emit rejected a batch") : int32_t{PENSTOCK_OK};
  });
}

constexpr penstock_filter kCalls = {sizeof(penstock_filter), 0, apply};

}  // namespace

constinit const penstock_stage kLambdaLogsStage = Stage<LambdaLogs>::filter(
    "lambda_logs",
    "Converts each log event to one JSON record: parses AWS Lambda's lines, passes JSON through, wraps the rest.",
    kCalls);

}  // namespace penstock::plugin
