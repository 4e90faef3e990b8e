// A strict model of Kinesis Data Streams: requests in, replies out. It has no I/O, no clock and no threads of
// its own; whoever shares it among threads locks it. What it enforces is what the service documents
// (https://docs.aws.amazon.com/kinesis/latest/APIReference/ and .../dev/service-sizes-and-limits.html); it
// was never held against the service itself.
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
  // now_ms gives Unix time.
  Service(Settings settings, std::function<int64_t()> now_ms);

  // One request of the API, signature and all. The reply says what the client gets to see of it.
  Reply handle(Request request);

  // Called at the start of each request with its running number, from 1.
  void on_request(std::function<void(uint64_t number, const Request& request)> hook) {
    on_request_ = std::move(hook);
  }

  // A stream without a call. Replaces none: false where there is one of that name.
  bool create_stream(const std::string& name, uint32_t shards);
  void delete_stream(const std::string& name) { state_.streams.erase(name); }  // with all that it holds
  // A record without a call and past the write limits, at now_ms. The stream is there.
  const Record& preload(std::string_view stream, std::string_view partition_key, std::string_view data);

  // nullptr where there is none. Shards and records can be read at no cost; splitting and merging go through
  // it without a call.
  Stream* stream(std::string_view name);
  const std::map<std::string, Stream, std::less<>>& streams() const { return state_.streams; }
  // Every record of a stream, shard by shard, each shard's in order.
  void each_record(std::string_view stream, const std::function<void(const Shard&, const Record&)>& visit) const;
  // Lets the oldest records of a shard pass their retention, and with the last of them the shard, if it is closed.
  void trim(Shard& shard, size_t records);

  // Replaces the keys that requests may be signed with.
  void set_keys(std::vector<AccessKey> keys) { state_.settings.keys = std::move(keys); }
  void expire_iterators() { ++state_.iterator_generation; }
  Settings& settings() { return state_.settings; }
  Faults& faults() { return state_.faults; }
  const Stats& stats() const { return state_.stats; }

 private:
  Reply apply(Request& request, std::string_view operation);

  State state_;
  std::function<int64_t()> now_ms_;
  std::function<void(uint64_t, const Request&)> on_request_;
};

}  // namespace penstock::model
