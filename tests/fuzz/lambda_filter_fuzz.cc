// The whole filter: any event becomes one record that loses nothing, and does not affect other events. The first
// three bytes choose the options.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "core/logs/record/lambda_filter.h"
#include "tests/fuzz/check.h"
#include "tests/record_checker.h"

namespace penstock {
namespace {

constexpr std::string_view kLogGroup = "/aws/lambda/f";

logs::LambdaFilterOptions options_of(uint32_t choice) {
  uint32_t left = choice;
  const auto take = [&](uint32_t values) {
    const uint32_t taken = left % values;
    left /= values;
    return taken;
  };
  logs::LambdaFilterOptions options;
  options.schema = static_cast<logs::Schema>(take(4));
  if (options.schema == logs::Schema::ecs) options.timestamp_key = "@timestamp";
  if (take(2) != 0) options.source_key = "origin";
  if (take(2) != 0) options.timestamp_key = "at";
  if (take(2) != 0) options.json_key = "json";
  if (take(2) != 0) options.timestamp_from = {"a.t", "time", "level", "message", "timestamp"};
  options.event_id = take(2) == 0;
  options.keep_message = take(2) == 0;
  options.function_fields = take(2) != 0;
  options.normalize_level = take(2) != 0;
  options.parse_json_in_message = take(2) == 0;
  constexpr std::array<std::array<std::string_view, 2>, 4> kLogGroups = {
      {{"", ""}, {"/aws/*", ""}, {"", "other,/aws/lambda/g*"}, {"", "*/?"}}};
  const auto [include, exclude] = kLogGroups[take(4)];
  options.log_groups = logs::LogGroups(include, exclude);
  const uint32_t drop = take(2) != 0 ? take(1U << 9) : 0;
  options.drop = drop << 1 | drop << 9 | drop << 13;
  return options;
}

std::vector<std::string> filtered(const logs::LambdaFilterOptions& options,
                                  const std::vector<std::string_view>& bodies,
                                  std::string_view extracted_fields = {}) {
  std::vector<penstock_record> events;
  for (const std::string_view body : bodies) {
    penstock_record event = {};
    event.time_ms = 1566741555269;
    event.id = bytes("e1");
    event.body = bytes(body);
    event.extracted_fields = bytes(extracted_fields);
    events.push_back(event);
  }
  penstock_batch batch = {};
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof(penstock_record);
  batch.records = events.data();
  batch.record_count = events.size();
  batch.log_group = bytes(kLogGroup);
  batch.log_stream = bytes("2024/03/05/[$LATEST]0123456789abcdef");
  std::vector<std::string> records;
  const auto emit = [](void* to, const penstock_batch* piece) -> int32_t {
    for (uint64_t index = 0; index < piece->record_count; ++index)
      static_cast<std::vector<std::string>*>(to)->emplace_back(view(piece->records[index].body));
    return PENSTOCK_OK;
  };
  logs::LambdaFilter filter(options);
  check(filter.apply(batch, emit, &records) == PENSTOCK_OK, "the filter accepts a batch");
  return records;
}

// Returns whether the options leave an event out. That depends only on the top-level fields of its record, which a
// nested object cannot hide.
bool is_left_out(const logs::LambdaFilterOptions& options, std::string_view body) {
  if (!options.log_groups.wanted(kLogGroup)) return true;
  logs::LambdaFilterOptions all;
  all.json_key = "json";
  all.parse_json_in_message = options.parse_json_in_message;
  const std::string record = filtered(all, {body}).at(0);
  const auto lambda = strict_json::member(*strict_json::read(record), "lambda");
  const auto event = lambda ? strict_json::member(*strict_json::read(*lambda), "event") : lambda;
  for (uint32_t index = 1; event && index < logs::kLambdaEventNames.size(); ++index)
    if (strict_json::string_of(*event) == logs::kLambdaEventNames[index]) return (options.drop >> index & 1) != 0;
  return false;
}

bool is_json_key(const logs::LambdaFilterOptions& options, std::string_view name) {
  const std::string_view of_schema = logs::names_of(options.schema).json;
  return name == (options.json_key.empty() ? of_schema : options.json_key);
}

// A blank before its last brace moves an object from the fast path to the parser, which must produce the same
// record.
void check_parser_path(const logs::LambdaFilterOptions& options, std::string_view body, std::string_view record) {
  if (!RecordChecker::is_object_alone(body)) return;
  std::string spaced(body);
  spaced.insert(spaced.rfind('}'), 1, ' ');
  const std::string slow_record = filtered(options, {spaced}).at(0);
  const auto read = strict_json::read(record);
  const auto slow = strict_json::read(slow_record);
  check(read->members.size() == slow->members.size(), "the fast path and the parser give as many members", body);
  for (size_t index = 0; index < read->members.size(); ++index) {
    const auto& [name, value] = read->members[index];
    check(name == slow->members[index].name, "the fast path and the parser give the same names", body);
    if (!is_json_key(options, name))
      check(value == slow->members[index].value, "the fast path and the parser give the same values", body);
  }
}

void check_event(uint32_t choice, std::string_view body) {
  const logs::LambdaFilterOptions options = options_of(choice);
  const bool is_wanted = !is_left_out(options, body);
  const std::vector<std::string> records = filtered(options, {body});
  check(records.size() == (is_wanted ? 1 : 0), "an event becomes one record, or none on request", body);
  if (!is_wanted) return;

  constexpr std::string_view kOther = "hello";
  const std::vector<std::string> other = filtered(options, {kOther});
  const std::vector<std::string> three = filtered(options, {kOther, body, kOther});
  check(three == std::vector{other[0], records[0], other[0]}, "events do not affect each other", body);

  check_parser_path(options, body, records[0]);
  const RecordChecker checker(options);
  std::string fault = checker.fault(records[0], body);
  if (fault.empty()) fault = checker.fault(filtered(options, {kOther}, body).at(0), kOther, body);
  if (!fault.empty()) std::fprintf(stderr, "the record: %s\n", printable(records[0], 4000).c_str());
  check(fault.empty(), fault.c_str(), body);
}

}  // namespace
}  // namespace penstock

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const uint32_t choice = data[0] | uint32_t{data[1]} << 8 | uint32_t{data[2]} << 16;
  penstock::check_event(choice, {reinterpret_cast<const char*>(data) + 3, size - 3});
  return 0;
}
