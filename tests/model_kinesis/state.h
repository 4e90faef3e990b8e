// The state of the model and its settings.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/model_kinesis/access.h"
#include "tests/model_kinesis/faults.h"
#include "tests/model_kinesis/queue.h"
#include "tests/model_kinesis/signature.h"
#include "tests/model_kinesis/stream.h"

namespace penstock::model {

// The service's limits; rates are per shard.
struct Limits {
  size_t call_records = 500;
  size_t call_bytes = 10 << 20;         // data and partition keys; 5 MiB until October 2025
  size_t record_data_bytes = 10 << 20;  // of one record, whatever the stream's own limit is
  int64_t written_records_per_s = 1000;
  int64_t written_bytes_per_s = 1 << 20;
  int64_t get_calls_per_s = 5;
  int64_t read_bytes_per_s = 2 << 20;
  int64_t iterator_calls_per_s = 5;
  size_t response_records = 10'000;
  size_t response_bytes = 10 << 20;
  int64_t token_life_ms = 300'000;  // of iterators and page tokens
  int64_t dry_runs_per_s = 1;       // of a stream
  // https://docs.aws.amazon.com/streams/latest/dev/queues-quotas.html
  size_t queue_records_in_flight = 120'000;
  size_t queues_per_stream = 20;
  size_t queues_in_creation = 5;
};

struct Settings {
  std::string region = "us-east-1";
  std::string account = "000000000000";
  std::vector<AccessKey> keys = {AccessKey{}};
  Limits limits{};
  int64_t list_shards_page = 1000;  // the default and the maximum of MaxResults; small for paging with few shards
  // ListShards returns the shards as they were at a random time within this period, which differs from page to
  // page.
  int64_t list_shards_lag_ms = 0;
  int64_t queue_creation_ms = 5000;   // how long a queue is CREATING
  size_t receipt_handle_bytes = 200;  // length of receipt handles; the service's are at most 1,024 characters
  bool omits_child_shards = false;    // as some emulators do: GetRecords reports the end only by a null iterator
  bool denies_descriptions = false;   // DescribeStreamSummary is not permitted
  Authorize authorize = nullptr;      // nullptr: everything is permitted
  uint64_t seed = 1;
};

struct Stats {
  uint64_t requests = 0;
  std::map<std::string, uint64_t, std::less<>> calls{};  // by operation, failed ones included
  uint64_t unsigned_requests = 0;                        // without a valid signature
  uint64_t records_put = 0;
  uint64_t records_rejected_by_limits = 0;
  uint64_t records_rejected_by_faults = 0;
  uint64_t records_read = 0;
  uint64_t throttled_calls = 0;  // by limits
  uint64_t dry_runs = 0;         // that would have succeeded
  uint64_t injected_errors = 0;
  uint64_t closed_connections = 0;  // before the request was applied
  uint64_t lost_responses = 0;
  uint64_t lost_response_records = 0;  // records put by calls whose response was lost or truncated
  uint64_t truncated_responses = 0;
};

struct State {
  Settings settings;
  Faults faults;
  std::string token_key;
  uint64_t iterator_generation = 0;
  std::map<std::string, Stream, std::less<>> streams{};
  std::map<std::string, Queue, std::less<>> queues{};  // by ARN
  std::function<void(const Queue&, const Shard&, const Record&)> on_acknowledged{};
  std::function<void(const Shard&, const Record&, const Queue::Entry&, const std::string& record_id)>
      on_invisible{};
  Stats stats{};
  std::function<int64_t()> clock{};  // Unix time
  // Of the current call:
  int64_t now_ms = 0;
  Fault fault{};

  std::string arn_prefix() const;  // of this account and region: "arn:aws:kinesis:REGION:ACCOUNT:"
  std::string arn(const Stream& stream) const;
  Stream* stream_of(const Queue& queue);  // nullptr if it was deleted
};

}  // namespace penstock::model
