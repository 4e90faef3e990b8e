// A strict model of Kinesis Data Streams: requests in, replies out. It has no I/O, no clock and no threads; to
// share it among threads, the caller locks it. It enforces what the service documents
// (https://docs.aws.amazon.com/kinesis/latest/APIReference/ and .../dev/service-sizes-and-limits.html); it was
// never compared with the service itself.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tests/model_kinesis/message.h"
#include "tests/model_kinesis/state.h"

namespace penstock::model {

class Service {
 public:
  // now_ms returns Unix time.
  Service(Settings settings, std::function<int64_t()> now_ms);

  // Handles one signed request of the API. The reply also says how much of it the client receives.
  Reply handle(Request request);

  // Sets a function that is called at the start of each request with its sequential number, from 1.
  void on_request(std::function<void(uint64_t number, const Request& request)> hook) {
    on_request_ = std::move(hook);
  }

  // Creates a stream without a call. Returns false if one of that name exists.
  bool create_stream(const std::string& name, uint32_t shards, CapacityMode mode = CapacityMode::provisioned);
  void delete_stream(const std::string& name) { state_.streams.erase(name); }  // with all its records
  // Adds a record at now_ms without a call, ignoring the write limits. With Distribution::automatic, the partition
  // key may be "". REQUIRES: the stream exists.
  const Record& preload(std::string_view stream, std::string_view partition_key, std::string_view data);

  // Returns nullptr if not found. The stream gives free access to shards and records, and can split and merge
  // shards without a call.
  Stream* stream(std::string_view name);
  const std::map<std::string, Stream, std::less<>>& streams() const { return state_.streams; }
  // Visits every record of a stream, shard by shard, in each shard's order.
  void each_record(std::string_view stream, const std::function<void(const Shard&, const Record&)>& visit) const;
  // Expires the oldest records of a shard, and the shard if it is closed and this was its last record.
  void trim(Shard& shard, size_t records);

  // Creates a queue of that name on a stream without a call, ACTIVE, from the oldest record on. Returns its ARN.
  // REQUIRES: the stream exists.
  std::string create_queue(const std::string& name, const std::string& stream, QueueAttributes attributes = {});
  void delete_queue(std::string_view arn);
  Queue* queue(std::string_view arn);  // nullptr if not found
  // Sets a function that is called for each record that is acknowledged on a queue.
  void on_acknowledged(std::function<void(const Queue&, const Shard&, const Record&)> hook) {
    state_.on_acknowledged = std::move(hook);
  }
  // Sets a function that is called for each record that is received from a queue, or whose visibility is changed,
  // with its state after that. Dead letters do not count.
  void on_invisible(
      std::function<void(const Shard&, const Record&, const Queue::Entry&, const std::string& record_id)> hook) {
    state_.on_invisible = std::move(hook);
  }
  // What a queue has at this time.
  QueueCounts queue_counts(std::string_view arn);

  // Replaces the access keys that the service accepts.
  void set_keys(std::vector<AccessKey> keys) { state_.settings.keys = std::move(keys); }
  void expire_iterators() { ++state_.iterator_generation; }
  Settings& settings() { return state_.settings; }
  Faults& faults() { return state_.faults; }
  const Stats& stats() const { return state_.stats; }

 private:
  Reply apply(Request& request, std::string_view operation);
  std::optional<Error> count_dry_run(const std::string& arn);

  State state_;
  std::function<void(uint64_t, const Request&)> on_request_;
};

}  // namespace penstock::model
