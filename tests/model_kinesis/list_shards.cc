// ListShards.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html and API_ShardFilter.html
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "tests/model_kinesis/constraints.h"
#include "tests/model_kinesis/json_out.h"
#include "tests/model_kinesis/operations.h"
#include "tests/model_kinesis/token.h"

namespace penstock::model {
namespace {

// The values of ShardFilter.Type. A token has the index of that of its list.
enum class FilterType : uint8_t {
  from_trim_horizon,  // all shards; also without a filter
  at_trim_horizon,
  at_latest,
  at_timestamp,
  from_timestamp,
  after_shard_id,
};
constexpr std::array<std::pair<std::string_view, FilterType>, 6> kFilterTypes = {{
    {"AFTER_SHARD_ID", FilterType::after_shard_id},
    {"AT_TRIM_HORIZON", FilterType::at_trim_horizon},
    {"FROM_TRIM_HORIZON", FilterType::from_trim_horizon},
    {"AT_LATEST", FilterType::at_latest},
    {"AT_TIMESTAMP", FilterType::at_timestamp},
    {"FROM_TIMESTAMP", FilterType::from_timestamp},
}};

// A page of ListShards. If the parameters are invalid, the stream is nullptr.
struct Page {
  Stream* stream = nullptr;
  uint32_t first = 0;  // index of the first shard that may be on it
  FilterType filter = FilterType::from_trim_horizon;
  int64_t filter_ms = 0;  // Unix time, of at_timestamp and from_timestamp
};

Error invalid(std::string message) { return {400, "InvalidArgumentException", std::move(message)}; }

// Reads the filter. REQUIRES: its type is one of kFilterTypes.
std::optional<Error> read_filter(const ShardFilterInput& filter, Page& page) {
  page.filter = std::find_if(kFilterTypes.begin(), kFilterTypes.end(), [&](const auto& type) {
                  return type.first == *filter.type;
                })->second;
  const bool by_shard = page.filter == FilterType::after_shard_id;
  const bool by_time = page.filter == FilterType::at_timestamp || page.filter == FilterType::from_timestamp;
  const std::string type(*filter.type);
  if (by_shard != filter.shard_id.has_value())
    return invalid("ShardFilter of type " + type + (by_shard ? " requires ShardId." : " cannot have ShardId."));
  if (by_time != filter.timestamp.has_value())
    return invalid("ShardFilter of type " + type + (by_time ? " requires Timestamp." : " cannot have Timestamp."));
  if (by_time) page.filter_ms = static_cast<int64_t>(std::llround(*filter.timestamp * 1000));
  return std::nullopt;
}

// Returns the page after that shard.
Page page_after(const State& state, Page page, std::string_view shard_id, Error* error) {
  if (const Shard* after = page.stream->find(shard_id)) {
    page.first = after->index + 1;
    return page;
  }
  *error = {400, "ResourceNotFoundException", place(state, *page.stream, shard_id) + " does not exist"};
  return {};
}

Page first_page(State& state, const Input& input, Error* error) {
  Page page;
  const auto& filter = input.shard_filter;
  if (filter) {
    // "You can only specify one filter at a time", and the service documents AFTER_SHARD_ID as the same filter.
    if (input.exclusive_start_shard_id) {
      *error = invalid("ExclusiveStartShardId and ShardFilter cannot be provided together.");
      return {};
    }
    if (const auto wrong = read_filter(*filter, page)) {
      *error = *wrong;
      return {};
    }
  }
  page.stream = find_stream(state, input, error);
  if (page.stream == nullptr) return {};
  if (filter && filter->shard_id) return page_after(state, page, *filter->shard_id, error);
  if (input.exclusive_start_shard_id) return page_after(state, page, *input.exclusive_start_shard_id, error);
  return page;
}

// The token has the stream and the filter.
Page next_page(State& state, const Input& input, Error* error) {
  if (input.stream_name || input.stream_arn || input.exclusive_start_shard_id || input.shard_filter) {
    *error = invalid(std::string("NextToken and ") + (input.shard_filter ? "ShardFilter" : "StreamName") +
                     " cannot be provided together.");
    return {};
  }
  const std::optional<Token> token = open_token(*input.next_token, 'L', state.token_key);
  if (!token) {
    *error = invalid("NextToken is invalid.");
    return {};
  }
  if (state.now_ms - token->created_ms > state.settings.limits.token_life_ms ||
      token->generation < state.iterator_generation) {
    *error = {400, "ExpiredNextTokenException", "The NextToken is older than 300 seconds."};
    return {};
  }
  return {find_stream_of(state, *token, error), token->shard, static_cast<FilterType>(token->filter),
          token->filter_ms};
}

// Returns whether the service still knows a shard from which this one was made. If it does not, this one was open
// at the trim horizon: its parents were closed before.
bool has_known_parent(const Stream& stream, const Shard& shard) {
  return std::any_of(shard.parents.begin(), shard.parents.end(),
                     [&](uint32_t parent) { return !stream.shards()[parent].forgotten; });
}

// Returns whether a list as of that time has the shard.
bool is_on(const Page& page, const Shard& shard, int64_t as_of_ms) {
  if (shard.forgotten || shard.created_ms > as_of_ms) return false;
  const bool open = shard.closed_ms > as_of_ms;
  switch (page.filter) {
    case FilterType::from_trim_horizon:
    case FilterType::after_shard_id:
      break;
    case FilterType::at_trim_horizon:
      return !has_known_parent(*page.stream, shard);
    case FilterType::at_latest:
      return open;
    case FilterType::at_timestamp:
      return shard.created_ms <= page.filter_ms && (open || shard.closed_ms >= page.filter_ms);
    case FilterType::from_timestamp:
      return open || shard.closed_ms >= page.filter_ms;
  }
  return true;
}

void write_shard(JsonOut& json, const Stream& stream, const Shard& shard, int64_t as_of_ms) {
  json.open('{').key("ShardId").string(shard.id());
  if (!shard.parents.empty()) json.key("ParentShardId").string(stream.shards()[shard.parents[0]].id());
  if (shard.parents.size() > 1) json.key("AdjacentParentShardId").string(stream.shards()[shard.parents[1]].id());
  json.key("HashKeyRange").open('{');
  json.key("StartingHashKey")
      .string(decimal(shard.first))
      .key("EndingHashKey")
      .string(decimal(shard.last))
      .close('}');
  json.key("SequenceNumberRange").open('{');
  json.key("StartingSequenceNumber").string(shard.starting_sequence_number().text());
  if (shard.closed_ms <= as_of_ms) json.key("EndingSequenceNumber").string(shard.ending_sequence_number().text());
  json.close('}').close('}');
}

}  // namespace

Reply list_shards(State& state, const Input& input) {
  Constraints constraints;
  constraints.name(input.stream_name, "streamName");
  constraints.name(input.exclusive_start_shard_id, "exclusiveStartShardId");
  constraints.range(input.max_results, "maxResults", 1, 10'000);
  constraints.characters(input.next_token, "nextToken", 1, 1'048'576);
  if (const auto& filter = input.shard_filter) {
    constraints.required(filter->type.has_value(), "shardFilter.type");
    constraints.one_of(
        filter->type, "shardFilter.type",
        "AFTER_SHARD_ID, AT_TRIM_HORIZON, FROM_TRIM_HORIZON, AT_LATEST, AT_TIMESTAMP, FROM_TIMESTAMP");
    constraints.name(filter->shard_id, "shardFilter.shardId");
  }
  if (const auto error = constraints.failure()) return reject(*error);
  Error error;
  const Page page = input.next_token ? next_page(state, input, &error) : first_page(state, input, &error);
  if (page.stream == nullptr) return reject(error);

  int64_t as_of_ms = state.now_ms;
  if (const int64_t lag_ms = state.settings.list_shards_lag_ms; lag_ms > 0) {
    as_of_ms -= static_cast<int64_t>(state.faults.draw() * static_cast<double>(lag_ms + 1));
    as_of_ms = std::max(as_of_ms, page.stream->created_ms());
  }
  const auto& all = page.stream->shards();
  const int64_t most = std::min(input.max_results.value_or(1000), state.settings.list_shards_page);
  JsonOut json;
  json.open('{').key("Shards").open('[');
  int64_t count = 0;
  size_t next = page.first;
  for (; next < all.size(); ++next) {
    if (!is_on(page, all[next], as_of_ms)) continue;
    if (count++ == most) break;
    write_shard(json, *page.stream, all[next], as_of_ms);
  }
  json.close(']');
  if (next < all.size()) {
    const Token rest{.kind = 'L',
                     .created_ms = state.now_ms,
                     .generation = state.iterator_generation,
                     .stream = page.stream->name(),
                     .shard = static_cast<uint32_t>(next),
                     .filter = static_cast<uint32_t>(page.filter),
                     .filter_ms = page.filter_ms};
    json.key("NextToken").string(rest.seal(state.token_key));
  }
  return ok_reply(json.close('}').take());
}

}  // namespace penstock::model
