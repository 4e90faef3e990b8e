#include "core/kinesis/queue/queue_api.h"

#include <algorithm>
#include <utility>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "core/aws/aws_error.h"
#include "core/kinesis/response.h"

namespace penstock::kinesis {

namespace {

std::string body_for(const std::string& arn) {
  std::string out = "{";
  append_json_member(out, "QueueARN", arn);
  return out;
}

}  // namespace

std::string describe_queue_body(const std::string& arn) { return body_for(arn) += '}'; }

std::string receive_queue_records_body(const std::string& arn, size_t limit, int64_t wait_s,
                                       std::optional<int64_t> visibility_timeout_s) {
  std::string out =
      body_for(arn) + ",\"Limit\":" + std::to_string(limit) + ",\"WaitTimeSeconds\":" + std::to_string(wait_s);
  if (visibility_timeout_s) out += ",\"VisibilityTimeoutSeconds\":" + std::to_string(*visibility_timeout_s);
  return out += '}';
}

std::string entries_body(const std::string& arn, std::span<const QueueEntry> entries) {
  std::string out = body_for(arn) + ",\"Entries\":[";
  for (const QueueEntry& entry : entries) {
    out += out.back() == '[' ? "{" : ",{";
    append_json_member(out, "ReceiptHandle", entry.handle);
    if (entry.visibility_timeout_s)
      out += ",\"VisibilityTimeoutSeconds\":" + std::to_string(*entry.visibility_timeout_s);
    out += '}';
  }
  return out += "]}";
}

Result<QueueDescription> read_describe_queue(std::string body) {
  constexpr const char* kOperation = "DescribeQueue";
  const std::optional<JsonDocument> document = JsonDocument::parse(std::move(body));
  if (!document) return unexpected_response(kOperation, "it is not a JSON object");
  const JsonValue queue = (*document)["QueueDescription"];
  QueueDescription description;
  description.name = queue["QueueName"].text();
  description.status = queue["QueueStatus"].text();
  if (description.status.empty()) return unexpected_response(kOperation, "it has no QueueStatus");
  for (const JsonValue stream : queue["StreamConfigurationList"].elements())
    description.stream_arn = stream["StreamARN"].text();
  const JsonValue attributes = queue["QueueAttributes"];
  description.visibility_timeout_s =
      attributes["VisibilityTimeoutSeconds"].integer().value_or(description.visibility_timeout_s);
  const JsonValue dead_letters = attributes["DeadLetterConfiguration"];
  if (dead_letters["TargetType"].text() != "NONE")
    description.max_receive_count = dead_letters["MaxReceiveCount"].integer();
  return description;
}

Result<std::vector<Status>> read_entry_outcomes(const char* operation, std::string body,
                                                std::span<const QueueEntry> entries) {
  const std::optional<JsonDocument> document = JsonDocument::parse(std::move(body));
  if (!document) return unexpected_response(operation, "it is not a JSON object");
  // An entry in neither list has an unknown outcome.
  std::vector<Status> outcomes(entries.size(), unexpected_response(operation, "it does not list each entry"));
  const auto set = [&](std::string_view handle, const Status& outcome) {
    for (size_t i = 0; i < entries.size(); ++i)
      if (entries[i].handle == handle) outcomes[i] = outcome;
  };
  for (const JsonValue entry : (*document)["Successful"].elements()) set(entry["ReceiptHandle"].text(), Status());
  for (const JsonValue entry : (*document)["Failed"].elements())
    set(entry["ReceiptHandle"].text(),
        aws::aws_error(operation, 400, entry["ErrorCode"].text(), entry["ErrorMessage"].text()));
  return outcomes;
}

}  // namespace penstock::kinesis
