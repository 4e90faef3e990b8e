// The operations, one function each, from parameters to response. state.now_ms is the time of the call.
#pragma once

#include "tests/model_kinesis/input.h"
#include "tests/model_kinesis/message.h"
#include "tests/model_kinesis/state.h"
#include "tests/model_kinesis/token.h"

namespace penstock::model {

Reply create_stream(State& state, const Input& input);
Reply describe_stream_summary(State& state, const Input& input);
Reply update_stream_record_distribution_strategy(State& state, const Input& input);
Reply update_max_record_size(State& state, const Input& input);
Reply list_shards(State& state, const Input& input);
Reply split_shard(State& state, const Input& input);
Reply merge_shards(State& state, const Input& input);
Reply put_record(State& state, const Input& input);
Reply put_records(State& state, const Input& input);
Reply get_shard_iterator(State& state, const Input& input);
Reply get_records(State& state, const Input& input);
std::string queue_arn(const State& state, const std::string& name);  // for a new queue
Reply create_queue(State& state, const Input& input);
Reply describe_queue(State& state, const Input& input);
Reply receive_queue_records(State& state, const Input& input);
Reply acknowledge_queue_records(State& state, const Input& input);
Reply update_queue_records_visibility(State& state, const Input& input);
Reply receive_dead_letter_queue_records(State& state, const Input& input);
Reply acknowledge_dead_letter_queue_records(State& state, const Input& input);
Reply update_dead_letter_queue_records_visibility(State& state, const Input& input);
Reply restore_dead_letter_queue_records(State& state, const Input& input);

// What the operations have in common.

Reply ok_reply(std::string json);
Reply reject(const Error& error);

// Returns the stream that the parameters name, by name or ARN. Returns nullptr and sets *error if not found.
Stream* find_stream(State& state, const Input& input, Error* error);
// Returns the stream for which an iterator or page token was issued. A later stream with that name is not the
// same.
Stream* find_stream_of(State& state, const Token& token, Error* error);
// Returns "shard S in stream T under account A", for messages.
std::string place(const State& state, const Stream& stream, std::string_view shard_id);
// Returns the response to a dry run that has passed all checks.
// https://docs.aws.amazon.com/streams/latest/dev/kds-dryrun-validation.html
Reply finish_dry_run(State& state, const Stream& stream);
Error rate_exceeded(const State& state, const Stream& stream, const Shard& shard);

}  // namespace penstock::model
