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
    complain(Status(Code::config, "PS0143",
                    "drop has \"" + printable(word) + "\"; it is a list, with commas, of " + known));
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
  std::string_view logs::SchemaNames::*otherwise;  // nullptr: no member
};
constexpr KeyOption kTimestampKey = {"timestamp_key", &logs::SchemaNames::timestamp};
constexpr KeyOption kEventIdKey = {"event_id_key", &logs::SchemaNames::event_id};
constexpr KeyOption kSourceKey = {"source_key", &logs::SchemaNames::source};
constexpr KeyOption kJsonKey = {"json_key", nullptr};
constexpr std::array kKeyOptions = {kTimestampKey, kEventIdKey, kSourceKey, kJsonKey};

// Returns "" if the schema has no such member.
std::string key_name(const Options& given, const KeyOption& key) {
  const std::string& text = given.text(key.option);
  if (key.otherwise == nullptr) return text;
  const std::string_view otherwise = schema_names(given).*key.otherwise;
  return text.empty() || otherwise.empty() ? std::string(otherwise) : text;
}

Status check_source_key(const Options& given) {
  if (given.text("source_key").empty() || !schema_names(given).source.empty()) return {};
  return {
      Code::config, "PS0144",
      "source_key is given, but with schema " + given.text("schema") + " there is no such member; leave it out"};
}

Status taken(const Options& given, const KeyOption& key) {
  return {Code::config, "PS0145",
          std::string(key.option) + " is \"" + printable(given.text(key.option)) +
              "\", but that is the name of another member of the record; choose another"};
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
  const std::string& json_key = given.text(kJsonKey.option);
  if (json_key.empty()) return {};
  std::string within;
  for (const KeyOption& key : {kTimestampKey, kEventIdKey, kSourceKey}) {
    const std::string name = key_name(given, key);
    if (within.empty() && (logs::is_within(name, json_key) || logs::is_within(json_key, name))) within = name;
  }
  if (within.empty()) within = logs::member_within(schema_names(given), json_key);
  if (within.empty()) return {};
  return {Code::config, "PS0146",
          "json_key is \"" + printable(json_key) +
              "\", but a store may mix the members of the application's object with the record's "
              "own member " +
              printable(within) + "; choose another"};
}

Status check_pattern(const Options& given, const char* name) {
  const std::string& text = given.text(name);
  if (text.empty() || text.find_first_not_of(", \t") != std::string::npos) return {};
  return {Code::config, "PS0147",
          std::string(name) + " is \"" + printable(text) +
              "\", but must have a pattern of log groups, like /aws/lambda/*"};
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
             "Names of the members. legacy: those of the Lambda function that many used before; otel: "
             "OpenTelemetry's; "
             "ecs: Elastic Common Schema's. All are in the documents."),
      option(
          "timestamp_key", "text", nullptr,
          "Member that says when it happened. Left out: timestamp; with schema ecs @timestamp. A member of that "
          "name that the application wrote, unless it is a time in RFC 3339, becomes NAME_original."),
      option("event_id_key", "text", nullptr,
             "Member that has CloudWatch's id of the event. Left out: event_id; with schema otel log.record.uid, "
             "with ecs event.id. A member of that name that the application wrote becomes NAME_original."),
      option("source_key", "text", nullptr,
             "Member that says which log group, log stream and account an event came from. Left out: source. A "
             "member of that name that the application wrote becomes NAME_original. otel and ecs have no such "
             "member."),
      option("json_key", "text", nullptr,
             "Member under which a JSON object that the application wrote is put. Left out: its members are the "
             "record's."),
      option("event_id", "on|off", "on", "Whether a record has CloudWatch's id of its event."),
      option("keep_message", "on|off", "on",
             "off: no message for lines of Lambda itself that were taken apart, such as START and REPORT."),
      option("function_fields", "on|off", "off",
             "on: the source has the function's name and version, as log group and log stream tell them."),
      option("normalize_level", "on|off", "off",
             "on: levels are TRACE, DEBUG, INFO, WARN, ERROR or FATAL, also in a JSON object's own level. Words "
             "that are "
             "not known stay."),
      option(
          "parse_json_in_message", "on|off", "on",
          "on: a JSON object that a Node.js line has for a message is the record, with the line's time, level and "
          "request id where it has none. off: it stays text."),
      option(
          "drop", "list", nullptr,
          "Kinds of lambda.event whose events are left out, and counted: start,end,report, initStart and so on."),
      option("include", "list", nullptr,
             "Log groups whose events are wanted, with commas between; * is any text, ? one character. Left out: "
             "all."),
      option("exclude", "list", nullptr,
             "Log groups whose events are left out, and counted, written like include."),
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
    metrics.counter("received_records", "records", "log events in; each is one of those that follow",
                    counters.records);
    metrics.counter("system_records", "records", "START, END, REPORT and their kin", counters.system_lines);
    metrics.counter("json_records", "records", "JSON objects", counters.passed_through);
    metrics.counter("wrapped_records", "records", "all other lines", counters.wrapped);
    metrics.counter("dropped_records", "records", "left out for what they are about, by the option drop",
                    counters.dropped);
    metrics.counter("excluded_records", "records", "left out for their log group", counters.excluded);
  }

  logs::LambdaFilter filter;
};

int32_t apply(penstock_instance* self, const penstock_batch* given, penstock_emit_fn emit, void* emit_ctx,
              penstock_error* error) {
  if (emit == nullptr) return set_error(error, PENSTOCK_E_INVALID, false, "PS0078", "emit is NULL");
  return guarded_as<LambdaLogs>(kLambdaLogsStage, self, In::open, error, [&](LambdaLogs& it) {
    penstock_batch batch;
    int32_t code = PENSTOCK_OK;
    if (!read_batch(given, batch, error, code)) return code;
    const int32_t answer = it.filter.apply(batch, emit, emit_ctx);
    return answer < 0 ? set_error(error, answer, true, "PS0083", "emit refused a batch") : int32_t{PENSTOCK_OK};
  });
}

constexpr penstock_filter kCalls = {sizeof(penstock_filter), 0, apply};

}  // namespace

constinit const penstock_stage kLambdaLogsStage = Stage<LambdaLogs>::filter(
    "lambda_logs",
    "Makes one JSON record of each log event: AWS Lambda's lines parsed, JSON passed through, the rest wrapped.",
    kCalls);

}  // namespace penstock::plugin
