#include "core/logs/lambda/platform_record.h"

#include <array>

#include "core/logs/lambda/lambda_grammar.h"

namespace penstock::logs {

namespace {

struct Member {
  PlatformPart part;
  std::string_view name;
  LambdaField field;
};

constexpr std::array kMembers = {
    Member{PlatformPart::record, "requestId", LambdaField::request_id},
    Member{PlatformPart::record, "version", LambdaField::version},
    Member{PlatformPart::record, "functionVersion", LambdaField::version},  // of initStart
    Member{PlatformPart::record, "status", LambdaField::status},
    Member{PlatformPart::record, "errorType", LambdaField::error_type},
    Member{PlatformPart::record, "phase", LambdaField::phase},
    Member{PlatformPart::record, "runtimeVersion", LambdaField::runtime_version},
    Member{PlatformPart::record, "runtimeVersionArn", LambdaField::runtime_version_arn},
    Member{PlatformPart::record, "name", LambdaField::extension_name},
    Member{PlatformPart::record, "state", LambdaField::extension_state},
    Member{PlatformPart::record, "tenantId", LambdaField::tenant_id},
    Member{PlatformPart::metrics, "durationMs", LambdaField::duration_ms},
    Member{PlatformPart::metrics, "billedDurationMs", LambdaField::billed_duration_ms},
    Member{PlatformPart::metrics, "memorySizeMB", LambdaField::memory_size_mb},
    Member{PlatformPart::metrics, "maxMemoryUsedMB", LambdaField::max_memory_used_mb},
    Member{PlatformPart::metrics, "initDurationMs", LambdaField::init_duration_ms},
    Member{PlatformPart::metrics, "restoreDurationMs", LambdaField::restore_duration_ms},
    Member{PlatformPart::metrics, "billedRestoreDurationMs", LambdaField::billed_restore_duration_ms},
};

struct Type {
  std::string_view name;
  LambdaEvent event;
};

constexpr std::array kTypes = {
    Type{"start", LambdaEvent::start},
    Type{"end", LambdaEvent::end},
    Type{"report", LambdaEvent::report},
    Type{"initStart", LambdaEvent::init_start},
    Type{"initReport", LambdaEvent::init_report},
    Type{"restoreStart", LambdaEvent::restore_start},
    Type{"restoreReport", LambdaEvent::restore_report},
    Type{"extension", LambdaEvent::extension},
    Type{"telemetrySubscription", LambdaEvent::telemetry},
    Type{"logsSubscription", LambdaEvent::logs},
    Type{"fault", LambdaEvent::error},
    Type{"logsDropped", LambdaEvent::logs_dropped},
    Type{"invokeStart", LambdaEvent::invoke_start},
    Type{"requestComplete", LambdaEvent::request_complete},
    Type{"invokeSummary", LambdaEvent::invoke_summary},
    Type{"invokeReport", LambdaEvent::invoke_report},
    Type{"spinDownStart", LambdaEvent::spin_down_start},
    Type{"spinDownReport", LambdaEvent::spin_down_report},
};

// Reads a trace header, "Root=...;Parent=...;Sampled=1".
void set_trace(std::string_view header, LambdaLine& line) {
  while (!header.empty()) {
    const size_t end = header.find(';');
    const std::string_view pair = header.substr(0, end);
    header = end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
    if (pair.starts_with("Root=")) line.set(LambdaField::xray_trace_id, pair.substr(5));
    if (pair.starts_with("Parent=")) line.set(LambdaField::xray_segment_id, pair.substr(7));
    if (pair == "Sampled=1") line.set(LambdaField::xray_sampled, "true");
    if (pair == "Sampled=0") line.set(LambdaField::xray_sampled, "false");
  }
}

// Moves a duration to the field of its phase, as for the lines of text mode.
void move_field(LambdaField from, LambdaField to, LambdaLine& line) {
  line.set(to, line[from]);
  line.unset(from);
}

// Reads a record that is a string: it is a line of text mode.
void take_line(std::string_view text, LambdaLine& line) {
  const LambdaLine parsed = read_lambda_line(text);
  if (parsed.event == LambdaEvent::none) return;
  line.event = parsed.event;
  line.failed = parsed.failed;
  parsed.for_each_field([&](LambdaField field, std::string_view value) { line.set(field, value); });
}

}  // namespace

void set_platform_member(PlatformPart part, std::string_view name, std::string_view value, LambdaLine& line) {
  if (part == PlatformPart::tracing) {
    if (name == "value") set_trace(value, line);
    return;
  }
  for (const Member& member : kMembers)
    if (member.part == part && member.name == name) return line.set(member.field, value);
}

void finish_platform_record(std::string_view type, std::string_view text, LambdaLine& line) {
  for (const Type& known : kTypes)
    if (known.name == type) line.event = known.event;
  switch (line.event) {
    case LambdaEvent::init_report:
      move_field(LambdaField::duration_ms, LambdaField::init_duration_ms, line);
      break;
    case LambdaEvent::restore_report:
      move_field(LambdaField::duration_ms, LambdaField::restore_duration_ms, line);
      move_field(LambdaField::billed_duration_ms, LambdaField::billed_restore_duration_ms, line);
      break;
    case LambdaEvent::logs_dropped:
      line.level = "WARN";
      break;
    case LambdaEvent::none:
      // For example runtimeDone. Its duration is part of the report's, and must not be counted twice.
      line.unset(LambdaField::duration_ms);
      break;
    default:
      break;
  }
  if (!text.empty()) take_line(text, line);
  line.failed = line.failed || line.event == LambdaEvent::error || line.has(LambdaField::error_type) ||
                grammar::is_failure(line[LambdaField::status]);
}

}  // namespace penstock::logs
