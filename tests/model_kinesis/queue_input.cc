// The parameters of the operations of queues.
#include "tests/model_kinesis/input_values.h"
#include "tests/model_kinesis/json_in.h"

namespace penstock::model {
namespace {

using Value = rapidjson::Value;
using Outcome = std::optional<Error>;

// Reads each member that is not null with read_member(name, value).
template <typename ReadMember>
Outcome read_members(const Value& object, const ReadMember& read_member) {
  if (!object.IsObject()) return serialization("Expected null");
  for (auto member = object.MemberBegin(); member < object.MemberEnd(); ++member)
    if (!member->value.IsNull())
      if (Outcome error = read_member(view(member->name), member->value)) return error;
  return std::nullopt;
}

template <typename Element, typename ReadElement>
Outcome read_list(const Value& value, std::optional<std::vector<Element>>& out, const ReadElement& read_element) {
  if (!value.IsArray()) return serialization("Expected list or null");
  out.emplace();
  for (const Value& element : value.GetArray())
    if (Outcome error = read_element(element, out->emplace_back())) return error;
  return std::nullopt;
}

Outcome read_stream(const Value& value, QueueStreamEntry& out) {
  return read_members(value, [&](std::string_view name, const Value& member) -> Outcome {
    if (name == "StreamARN") return read(member, out.stream_arn);
    if (name != "StartingPosition") return std::nullopt;
    return read_members(member, [&](std::string_view part, const Value& of_position) -> Outcome {
      if (part == "Type") return read(of_position, out.starting_position);
      return part == "Timestamp" ? read(of_position, out.timestamp) : std::nullopt;
    });
  });
}

Outcome read_attributes(const Value& value, QueueInput& out) {
  return read_members(value, [&](std::string_view name, const Value& member) -> Outcome {
    if (name == "VisibilityTimeoutSeconds") return read(member, out.visibility_timeout_s);
    if (name != "DeadLetterConfiguration") return std::nullopt;
    return read_members(member, [&](std::string_view part, const Value& of_dead_letters) -> Outcome {
      if (part == "TargetType") return read(of_dead_letters, out.target_type);
      return part == "MaxReceiveCount" ? read(of_dead_letters, out.max_receive_count) : std::nullopt;
    });
  });
}

Outcome read_entry(const Value& value, ReceiptEntry& out) {
  return read_members(value, [&](std::string_view name, const Value& member) -> Outcome {
    if (name == "ReceiptHandle") return read(member, out.receipt_handle);
    return name == "VisibilityTimeoutSeconds" ? read(member, out.visibility_timeout_s) : std::nullopt;
  });
}

}  // namespace

std::optional<Outcome> read_queue_member(std::string_view name, const Value& value, QueueInput& input) {
  if (name == "QueueName") return read(value, input.name);
  if (name == "QueueARN") return read(value, input.arn);
  if (name == "StreamConfigurationList") return read_list(value, input.streams, read_stream);
  if (name == "QueueAttributes") return read_attributes(value, input);
  if (name == "WaitTimeSeconds") return read(value, input.wait_time_s);
  if (name == "VisibilityTimeoutSeconds") return read(value, input.receive_visibility_timeout_s);
  if (name == "Entries") return read_list(value, input.entries, read_entry);
  return std::nullopt;
}

}  // namespace penstock::model
