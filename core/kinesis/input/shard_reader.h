// Reads one shard: gets an iterator, then calls GetRecords again and again, as fast as the service's limits allow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/aws/service_client.h"
#include "core/env.h"
#include "core/kinesis/call_sizes.h"
#include "core/kinesis/input/shard_position.h"
#include "core/kinesis/read_api.h"

namespace penstock::kinesis {

// Counters of all readers of an instance together.
struct ReaderTotals {
  int64_t calls = 0;      // GetShardIterator, GetRecords, and calls that list the shards
  int64_t retries = 0;    // of these, made because the previous one failed
  int64_t records = 0;    // source records received
  int64_t bytes = 0;      // data of those records
  CallSizes responses;    // of GetRecords
  size_t held_bytes = 0;  // responses held, and memory reserved for calls in flight
};

struct ShardReaderOptions {
  int64_t poll_interval_ms = 1000;
  size_t max_records = 10000;  // per response
};

// Reader of one shard. Holds at most one response: its owner starts the next call after it has taken all records
// of the last one.
//
// The shard has ended if a response has no NextShardIterator and has ChildShards. A response with neither does not
// prove it: the service and emulators send that for open shards too, and some emulators never send ChildShards.
// Such a response counts as a failed call, and reading continues with a new iterator at the last record. From then
// on, the shard has ended only if ListShards shows that it is closed, and an iterator requested after that returns
// neither records nor a next iterator. If the last record was returned again and no other, that iterator begins
// after it. If it returns records nevertheless, they are read again from the last record on, which shows whether
// retention has removed any in between.
class ShardReader {
 public:
  // Runs when a call has ended, with its result.
  using Called = std::function<void(const Status&)>;
  // stream is a name or an ARN. REQUIRES: env, client and totals outlive the reader, and the reader outlives a
  // call in flight.
  ShardReader(Env& env, aws::ServiceClient& client, ReaderTotals& totals, std::string stream, std::string shard_id,
              const ReadFrom& from, ShardReaderOptions options, Called called);
  ~ShardReader() { hold(0); }
  ShardReader(const ShardReader&) = delete;
  ShardReader& operator=(const ShardReader&) = delete;

  bool calling() const { return calling_; }
  // Returns when the next call is due; kNever while one is in flight, while records wait to be taken, and after
  // the end of the shard.
  int64_t next_call_ms() const;
  // Returns the memory to reserve for the next response, where `most` is the usual maximum. It is less for a shard
  // with little data, so that many shards can call at the same time, and more if a single record may be larger.
  size_t wanted_bytes(size_t most) const { return next_request(most).response_bytes; }
  // Starts the next call, with that reservation. It requests fewer records the larger the previous ones were.
  void start_call(size_t most);

  // Returns the next record that was received, or nullptr. It is valid until take_record().
  const SourceRecord* record() const;
  // Removes the record that record() returns.
  void take_record();
  // Returns, once after a resume, the position that the first record() should have. A resumed reader, and each new
  // iterator, begins at the last record and not after it: if another record comes first, retention has passed the
  // last one.
  std::optional<ShardPosition> take_resumed() { return std::exchange(resumed_, std::nullopt); }

  bool ended() const { return at_end_ && record() == nullptr; }  // and all received records were taken
  // Returns the children that the response at the end of the shard had; none if ListShards showed the end.
  const std::vector<ShardInfo>& child_shards() const { return child_shards_; }
  // Returns the largest possible lag of the shard: MillisBehindLatest of the last response plus the time since
  // then; 0 if that response was up to date and the next one is not overdue. Before the first response: the time
  // since the reader was created, but never 0.
  int64_t lag_ms() const;
  // Returns whether calls have failed since the last response of GetRecords.
  bool failing() const { return failures_ > 0; }
  // Returns the time since the last response while calls fail, else 0.
  int64_t failing_ms() const;

  // Returns whether the last response left open whether the shard has ended; note_closed() helps to decide that.
  bool end_in_doubt() const { return end_in_doubt_; }
  // Notes that ListShards shows the shard as closed: it accepts no more records.
  void note_closed() { listed_closed_ = true; }

 private:
  struct Request {
    size_t records;  // at most; 0 for GetShardIterator
    size_t response_bytes;
  };

  Request next_request(size_t most) const;
  void begin_call(size_t response_bytes);
  void get_iterator(const Request& request);
  void get_records(const Request& request);
  Status read(const Request& request, Result<aws::ServiceResponse> response);
  bool is_read_whole(const SourceRecord& record) const;
  void pause_after(int64_t bytes, int64_t min_ms);
  void end_call(const Status& status);
  void hold(size_t bytes);

  Env& env_;
  aws::ServiceClient& client_;
  ReaderTotals& totals_;
  std::string stream_;
  std::string shard_id_;
  ShardReaderOptions options_;
  Called called_;

  IteratorStart next_;                    // where a new iterator begins: the last record received
  std::optional<ShardPosition> resumed_;  // position that the next record should have
  std::string iterator_;                  // "": get one
  GetRecordsResponse response_;
  size_t next_record_ = 0;  // in response_
  size_t held_bytes_ = 0;
  bool calling_ = false;
  bool has_read_ = false;  // received a record; next_ is at the last one
  int failures_ = 0;       // in a row, since the last response of GetRecords
  bool at_end_ = false;    // the shard has ended
  std::vector<ShardInfo> child_shards_;
  bool end_in_doubt_ = false;
  bool last_came_again_ = false;  // the last response had the last record again, and none after it
  // The end is in doubt, and the last record came again: the next iterator begins after it.
  bool after_last_ = false;
  bool began_after_last_ = false;  // of the current iterator
  bool listed_closed_ = false;     // by ListShards
  bool confirming_end_ = false;  // the iterator was requested in doubt, after listed_closed_; no record came since
  int64_t next_call_ms_ = 0;
  bool retrying_ = false;          // the next call is a retry
  int64_t behind_latest_ms_ = -1;  // MillisBehindLatest of the last response; -1: none yet
  int64_t last_response_ms_;       // time of the last response; initially, of construction
  int64_t overdue_ms_ = 0;         // time from which the next response is overdue
  size_t record_bytes_;            // of a record in a response, estimated from those received
  size_t expected_bytes_;          // of the next response
};

}  // namespace penstock::kinesis
