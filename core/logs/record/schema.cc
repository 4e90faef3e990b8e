#include "core/logs/record/schema.h"

namespace penstock::logs {

namespace {

constexpr SchemaNames kStandard = {
    .timestamp = "timestamp",
    .level = "level",
    .severity_number = "",
    .message = "message",
    .event_id = "event_id",
    .lambda = "lambda",
    .event = "event",
    .fields = {{{"requestId"},
                {"version"},
                {"durationMs"},
                {"billedDurationMs"},
                {"memorySizeMB"},
                {"maxMemoryUsedMB"},
                {"initDurationMs"},
                {"restoreDurationMs"},
                {"billedRestoreDurationMs"},
                {"status"},
                {"errorType"},
                {"timeoutSeconds"},
                {"phase"},
                {"runtimeVersion"},
                {"runtimeVersionArn"},
                {"extensionName"},
                {"extensionState"},
                {"tenantId"},
                {"xrayTraceId"},
                {"xraySegmentId"},
                {"xraySampled"}}},
    .source = "source",
    .source_facts = {{{"logGroup"},
                      {"centralLogGroup"},
                      {"logStream"},
                      {"owner"},
                      {"region"},
                      {"functionName"},
                      {"functionVersion"}}},
    .json = "",
};

constexpr FieldName& field_of(SchemaNames& names, LambdaField field) {
  return names.fields[static_cast<size_t>(field)];
}

// The names that the most widely used Lambda function for this conversion writes.
constexpr SchemaNames kLegacy = [] {
  SchemaNames names = kStandard;
  field_of(names, LambdaField::billed_duration_ms) = {"billedMs"};
  field_of(names, LambdaField::memory_size_mb) = {"maxMemoryMb"};
  field_of(names, LambdaField::max_memory_used_mb) = {"usedMemoryMb"};
  field_of(names, LambdaField::init_duration_ms) = {"initializationMs"};
  field_of(names, LambdaField::xray_segment_id) = {"xraySegment"};
  return names;
}();

// OpenTelemetry's semantic conventions, where they have a name; aws.lambda.* and aws.xray.* are ours.
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/faas/ and .../aws/, .../cloud/, .../error/,
// .../log/. Durations and memory have the names of the metrics:
// https://opentelemetry.io/docs/specs/semconv/faas/faas-metrics/
constexpr SchemaNames kOtel = {
    .timestamp = "timestamp",
    .level = "severity_text",
    .severity_number = "severity_number",
    .message = "body",
    .event_id = "log.record.uid",
    .lambda = "",
    .event = "aws.lambda.event",
    .fields = {{{"faas.invocation_id"},
                {"faas.version"},
                {"faas.invoke_duration", Unit::seconds_of_ms},
                {"aws.lambda.billed_duration", Unit::seconds_of_ms},
                {"faas.max_memory", Unit::bytes_of_mb},
                {"faas.mem_usage", Unit::bytes_of_mb},
                {"faas.init_duration", Unit::seconds_of_ms},
                {"aws.lambda.restore_duration", Unit::seconds_of_ms},
                {"aws.lambda.billed_restore_duration", Unit::seconds_of_ms},
                {"aws.lambda.status"},
                {"error.type"},
                {"aws.lambda.timeout"},
                {"aws.lambda.phase"},
                {"aws.lambda.runtime_version"},
                {"aws.lambda.runtime_version_arn"},
                {"aws.lambda.extension.name"},
                {"aws.lambda.extension.state"},
                {"aws.lambda.tenant_id"},
                {"aws.xray.trace_id"},
                {"aws.xray.segment_id"},
                {"aws.xray.sampled"}}},
    .source = "",
    .source_facts = {{{"aws.log.group.names", true},
                      {"aws.log.group.names", true},
                      {"aws.log.stream.names", true},
                      {"cloud.account.id"},
                      {"cloud.region"},
                      {"faas.name"},
                      {"faas.version"}}},
    .json = "attributes",
};

// Elastic Common Schema, where it has a name; aws.cloudwatch.* as in Elastic's forwarder, or in its style;
// aws.lambda.* as in the data stream lambda_logs of Elastic's AWS integration, or in its style.
// https://www.elastic.co/docs/reference/ecs/ecs-field-reference
// https://github.com/elastic/integrations/blob/main/packages/aws/data_stream/lambda_logs/fields/fields.yml
constexpr SchemaNames kEcs = {
    .timestamp = "@timestamp",
    .level = "log.level",
    .severity_number = "",
    .message = "message",
    .event_id = "event.id",
    .lambda = "",
    .event = "event.action",
    .fields = {{{"faas.execution"},
                {"faas.version"},
                {"aws.lambda.metrics.duration_ms"},
                {"aws.lambda.metrics.billed_duration_ms"},
                {"aws.lambda.metrics.memory_size_mb"},
                {"aws.lambda.metrics.max_memory_used_mb"},
                {"aws.lambda.metrics.init_duration_ms"},
                {"aws.lambda.metrics.restore_duration_ms"},
                {"aws.lambda.metrics.billed_restore_duration_ms"},
                {"aws.lambda.status"},
                {"error.type"},
                {"aws.lambda.timeout_seconds"},
                {"aws.lambda.phase"},
                {"aws.lambda.runtime_version"},
                {"aws.lambda.runtime_version_arn"},
                {"aws.lambda.extension.name"},
                {"aws.lambda.extension.state"},
                {"aws.lambda.tenant_id"},
                {"aws.lambda.tracing.xray_trace_id"},
                {"aws.lambda.tracing.segment_id"},
                {"aws.lambda.tracing.sampled"}}},
    .source = "",
    .source_facts = {{{"aws.cloudwatch.log_group"},
                      {"aws.cloudwatch.central_log_group"},
                      {"aws.cloudwatch.log_stream"},
                      {"cloud.account.id"},
                      {"cloud.region"},
                      {"faas.name"},
                      {"faas.version"}}},
    .json = "app",
};

// Returns the first name of a top-level member that fits, apart from those that options set; empty if none does.
template <typename Fits>
std::string_view find_member(const SchemaNames& names, Fits fits) {
  for (const std::string_view name : {names.level, names.severity_number, names.message, kExtractedFieldsName})
    if (!name.empty() && fits(name)) return name;
  if (!names.lambda.empty()) {
    if (fits(names.lambda)) return names.lambda;
  } else {
    if (fits(names.event)) return names.event;
    for (const FieldName& field : names.fields)
      if (fits(field.name)) return field.name;
  }
  if (names.source.empty())
    for (const SourceName& fact : names.source_facts)
      if (fits(fact.name)) return fact.name;
  return {};
}

}  // namespace

const SchemaNames& names_of(Schema schema) {
  switch (schema) {
    case Schema::standard:
      break;
    case Schema::legacy:
      return kLegacy;
    case Schema::otel:
      return kOtel;
    case Schema::ecs:
      return kEcs;
  }
  return kStandard;
}

bool has_member(const SchemaNames& names, std::string_view name) {
  return !find_member(names, [&](std::string_view member) { return member == name; }).empty();
}

std::string_view member_within(const SchemaNames& names, std::string_view name) {
  return find_member(names,
                     [&](std::string_view member) { return is_within(member, name) || is_within(name, member); });
}

}  // namespace penstock::logs
