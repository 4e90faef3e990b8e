#include "tests/model_kinesis/access.h"

#include "tests/model_kinesis/input.h"
#include "tests/model_kinesis/state.h"
#include "tests/model_kinesis/token.h"

namespace penstock::model {
namespace {

// The stream of a call, or the queue; the ARN is "" if the call names neither.
struct Resource {
  std::string arn;
  bool names_account = false;
};

Resource resource_of(const State& state, const Input& input) {
  if (input.queue.arn) return {std::string(*input.queue.arn), true};
  if (input.queue.name)
    return {state.arn_prefix() + "queue/*", false};  // the service chooses the ID of a new queue
  if (input.stream_arn) return {std::string(*input.stream_arn), true};
  if (input.stream_name) return {state.arn_prefix() + "stream/" + std::string(*input.stream_name), false};
  const bool lists = input.next_token.has_value();
  const Text sealed = lists ? input.next_token : input.shard_iterator;
  const std::optional<Token> token =
      sealed ? open_token(*sealed, lists ? 'L' : 'I', state.token_key) : std::nullopt;
  // A page token cannot be combined with an ARN, so it has to identify the account as well.
  return token ? Resource{state.arn_prefix() + "stream/" + token->stream, lists} : Resource{};
}

// Returns the action on the key of an encrypted stream; "": the operation uses no key.
std::string_view key_action(std::string_view operation) {
  if (operation == "GetRecords" || operation == "ReceiveQueueRecords" ||
      operation == "ReceiveDeadLetterQueueRecords")
    return "kms:Decrypt";
  return operation == "PutRecord" || operation == "PutRecords" ? "kms:GenerateDataKey" : "";
}

const Stream* stream_behind(const State& state, const std::string& arn) {
  std::string name = arn.substr(arn.rfind('/') + 1);
  if (const auto queue = state.queues.find(arn); queue != state.queues.end()) name = queue->second.stream_name();
  const auto found = state.streams.find(name);
  return found == state.streams.end() ? nullptr : &found->second;
}

}  // namespace

std::vector<Access> accesses_of(const State& state, std::string_view operation, const Input& input) {
  const Resource resource = resource_of(state, input);
  std::vector<Access> accesses = {{"kinesis:" + std::string(operation), resource.arn, resource.names_account}};
  if (operation == "CreateQueue" && input.queue.streams)
    for (const QueueStreamEntry& entry : *input.queue.streams)
      accesses.push_back({"kinesis:AssociateStreamsWithQueue", std::string(entry.stream_arn.value_or("")), true});
  // A dry run does not check keys: https://docs.aws.amazon.com/streams/latest/dev/kds-dryrun-validation.html
  const Stream* const stream = stream_behind(state, resource.arn);
  const std::string action(key_action(operation));
  if (stream != nullptr && !stream->kms_key.empty() && !action.empty() && !input.dry_run.value_or(false))
    accesses.push_back({action, stream->kms_key, true});
  return accesses;
}

}  // namespace penstock::model
