// Reads one shard: an iterator, then GetRecords after GetRecords, as fast as the service's limits allow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "core/aws/service_client.h"
#include "core/env.h"
#include "core/kinesis/input/shard_position.h"
#include "core/kinesis/read_api.h"

namespace penstock::kinesis {

// Of all readers of an instance together.
struct ReaderTotals {
  int64_t calls = 0;      // of these operations, and of those that list the shards
  int64_t retries = 0;    // of these, made because one before had failed
  int64_t records = 0;    // source records received
  int64_t bytes = 0;      // their data
  size_t held_bytes = 0;  // answers held, and room reserved for those under way
};

struct ShardReaderOptions {
  int64_t poll_interval_ms = 1000;
  size_t max_records = 10000;  // in a response
};

// Holds at most one response. Its owner asks for the next call once the records of the last response were taken.
//
// The shard has ended where a response has no NextShardIterator and has ChildShards. A response that has neither
// is no proof: the service and emulators send it for open shards too, and some emulators never send ChildShards.
// It counts as a failed call, and reading goes on with a new iterator at the last record. Then the shard has ended
// only if ListShards shows that it is closed, and reading from an iterator that was requested after that brings
// neither records nor a further iterator. If the last record comes again alone, that iterator begins after it; if
// it brings records after all, they are read again from the last record, which shows whether retention has passed
// any.
class ShardReader {
 public:
  // Runs when a call has ended, with how.
  using Called = std::function<void(const Status&)>;
  // stream is a name or an ARN. env, client and totals outlive the reader, and the reader any call under way.
  ShardReader(Env& env, aws::ServiceClient& client, ReaderTotals& totals, std::string stream, std::string shard_id,
              const ReadFrom& from, ShardReaderOptions options, Called called);
  ~ShardReader() { hold(0); }
  ShardReader(const ShardReader&) = delete;
  ShardReader& operator=(const ShardReader&) = delete;

  bool calling() const { return calling_; }
  // When the next call is due; kNever while one is under way, records wait to be taken, or the shard has ended.
  int64_t next_call_ms() const;
  // The room that is held for its response if most is what it should take: less for a shard that has little to
  // say, so that many can be asked at the same time; more where a single record may be larger.
  size_t wanted_bytes(size_t most) const { return next_request(most).response_bytes; }
  // Makes it, in that room: fewer records are asked for the larger they were so far.
  void start_call(size_t most);

  // The next record that was received, or nullptr. Lives until take_record().
  const SourceRecord* record() const;
  // Done with record().
  void take_record();
  // Where the shard is resumed with record(), told once: the position that it should be at. Reading begins, and
  // goes on with a new iterator, at the last record and not behind it: if that does not come, retention has passed
  // it.
  std::optional<ShardPosition> take_resumed() { return std::exchange(resumed_, std::nullopt); }

  bool ended() const { return at_end_ && record() == nullptr; }  // and every record received was taken
  // How far behind its newest record the shard may be by now: what the last response said, and the time since
  // then, unless that response was up to date and the next one is not overdue. Before the first one: the time
  // since the reader was made, and never 0.
  int64_t lag_ms() const;
  // Whether calls fail since the last response of GetRecords.
  bool failing() const { return failures_ > 0; }

  // Whether the last response left it open if the shard has ended: note_closed() decides that.
  bool end_in_doubt() const { return end_in_doubt_; }
  // ListShards shows that the shard is closed: it takes no more records.
  void note_closed() { listed_closed_ = true; }

 private:
  struct Request {
    size_t records;  // at most; of an iterator none
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

  IteratorStart next_;                    // where a new iterator begins: at the last record received
  std::optional<ShardPosition> resumed_;  // what the first record to come should be at
  std::string iterator_;                  // "": none, get one
  GetRecordsResponse response_;
  size_t next_record_ = 0;  // in response_
  size_t held_bytes_ = 0;
  bool calling_ = false;
  bool has_read_ = false;  // a record, which next_ is at then
  int failures_ = 0;       // since the last response of GetRecords
  bool at_end_ = false;    // the service has no more
  bool end_in_doubt_ = false;
  bool last_came_again_ = false;  // and no record after it
  // In doubt, and the last record came again: the next iterator begins after it.
  bool after_last_ = false;
  bool began_after_last_ = false;  // the iterator
  bool listed_closed_ = false;     // by ListShards
  bool confirming_end_ = false;    // the iterator was requested in doubt and listed_closed_; no record came since
  int64_t next_call_ms_ = 0;
  bool retrying_ = false;          // the next call is made because one has failed
  int64_t behind_latest_ms_ = -1;  // -1: the service has not said yet
  int64_t answered_ms_;            // when it last did; before, when the reader was made
  int64_t overdue_ms_ = 0;         // when a further answer is
  size_t record_bytes_;            // what a record takes in a response, estimated from those seen
  size_t expected_bytes_;          // of the next response
};

}  // namespace penstock::kinesis
