#include "tests/model_kinesis/operations.h"

#include <utility>

#include "tests/model_kinesis/json_out.h"

namespace penstock::model {

std::string State::arn_prefix() const {
  return "arn:aws:kinesis:" + settings.region + ":" + settings.account + ":";
}

std::string State::arn(const Stream& stream) const { return arn_prefix() + "stream/" + stream.name(); }

Reply ok_reply(std::string json) {
  Reply reply;
  reply.body = std::move(json);
  return reply;
}

Reply reject(const Error& error) {
  JsonOut json;
  json.open('{').key("__type").string(error.code);
  if (!error.message.empty()) json.key("message").string(error.message);
  json.close('}');
  Reply reply;
  reply.status = error.status;
  reply.body = json.take();
  return reply;
}

namespace {
Error not_found(const State& state, std::string_view stream) {
  return {400, "ResourceNotFoundException",
          "Stream " + std::string(stream) + " under account " + state.settings.account + " not found."};
}
}  // namespace

Stream* find_stream_of(State& state, const Token& token, Error* error) {
  const auto found = state.streams.find(token.stream);
  if (found != state.streams.end() && found->second.created_ms() <= token.created_ms) return &found->second;
  *error = not_found(state, token.stream);
  return nullptr;
}

Stream* find_stream(State& state, const Input& input, Error* error) {
  if (!input.stream_name && !input.stream_arn) {
    *error = {400, "InvalidArgumentException", "Missing StreamName or StreamARN."};
    return nullptr;
  }
  const std::string prefix = state.arn_prefix() + "stream/";
  std::string_view name = input.stream_name.value_or("");
  if (input.stream_arn) {
    const std::string_view arn = *input.stream_arn;
    const std::string_view from_arn = arn.starts_with(prefix) ? arn.substr(prefix.size()) : std::string_view();
    if (from_arn.empty() || (input.stream_name && from_arn != name)) {
      *error = {400, "InvalidArgumentException", "StreamARN " + std::string(arn) + " does not fit the request."};
      return nullptr;
    }
    name = from_arn;
  }
  const auto found = state.streams.find(name);
  if (found != state.streams.end()) return &found->second;
  *error = not_found(state, name);
  return nullptr;
}

std::string place(const State& state, const Stream& stream, std::string_view shard_id) {
  return "shard " + std::string(shard_id) + " in stream " + stream.name() + " under account " +
         state.settings.account;
}

Reply finish_dry_run(State& state, const Stream& stream) {
  ++state.stats.dry_runs;
  return reject({400, "DryRunOperationException",
                 "The request would have succeeded on stream " + stream.name() + ", but DryRun is set."});
}

Error rate_exceeded(const State& state, const Stream& stream, const Shard& shard) {
  return {400, "ProvisionedThroughputExceededException",
          "Rate exceeded for " + place(state, stream, shard.id()) + "."};
}

}  // namespace penstock::model
