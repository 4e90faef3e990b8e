// Reads one shard: an iterator, then GetRecords after GetRecords, as fast as the service's limits allow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/aws/service_client.h"
#include "core/base/env.h"
#include "core/kinesis/progress.h"
#include "core/kinesis/read_api.h"

namespace penstock {

struct ReaderCounters {
  int64_t calls = 0;
  int64_t retries = 0;  // calls that failed and are made again
  int64_t records = 0;  // source records received
  int64_t bytes = 0;    // their data
};

// Holds at most one answer. Its owner asks for the next call once the records of the last answer were taken.
class ShardReader {
 public:
  // stream, env, client and counters outlive the reader. report is told each failure, for people.
  using Report = std::function<void(const Status&)>;
  ShardReader(Env& env, ServiceClient& client, ReaderCounters& counters, std::string stream, ShardInfo shard,
              Position from, int64_t poll_interval_ms, Report report);
  ShardReader(const ShardReader&) = delete;
  ShardReader& operator=(const ShardReader&) = delete;

  const ShardInfo& shard() const { return shard_; }

  // When the next call is due; kNever while one is under way, records wait to be taken, or the shard has ended.
  int64_t next_call_ms() const;
  // Makes it. answer_bytes bounds the answer; fewer records are asked for the larger they were so far.
  void start_call(size_t answer_bytes);

  // The next record that was received, or nullptr. Lives until take_record() or drop_answer().
  const SourceRecord* record() const;
  // Done with record().
  void take_record();

  bool ended() const { return ended_; }              // closed, and every record received was taken
  size_t held_bytes() const { return held_bytes_; }  // answer held, or room reserved for one under way
  int64_t behind_latest_ms() const { return behind_latest_ms_; }  // -1: the service has not said yet

 private:
  void get_iterator();
  void get_records(size_t answer_bytes);
  void receive(size_t answer_bytes, Result<ServiceAnswer> answer);
  void pause_after(int64_t bytes, int64_t least_ms);
  void fail(const Status& status);
  void end_if_done();

  Env& env_;
  ServiceClient& client_;
  ReaderCounters& counters_;
  std::string stream_;
  ShardInfo shard_;
  int64_t poll_interval_ms_;
  Report report_;

  Position position_;     // where a new iterator begins: behind the last record received
  std::string iterator_;  // "": none, get one
  GetRecordsAnswer answer_;
  size_t next_record_ = 0;  // in answer_
  size_t held_bytes_ = 0;
  bool calling_ = false;
  bool closed_ = false;  // the service has no more
  bool ended_ = false;
  int failures_ = 0;  // in a row
  int64_t next_call_ms_ = 0;
  int64_t behind_latest_ms_ = -1;
  size_t record_bytes_;  // what a record takes in an answer, estimated from those seen
};

}  // namespace penstock
