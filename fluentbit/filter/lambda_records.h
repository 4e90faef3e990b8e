// Converts the log lines in the agent's log events to records, with our filter lambda_logs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "client/instance.h"
#include "fluentbit/msgpack/json_to_msgpack.h"
#include "fluentbit/msgpack/log_events.h"
#include "fluentbit/msgpack/msgpack_reader.h"

namespace penstock::fluentbit {

// A converter of one chunk after another. Reuses its buffers. One thread at a time.
class LambdaRecords {
 public:
  struct Options {
    std::string key_name;       // member of the body that contains the line
    bool reserve_data = false;  // keep the other members, except those with the name of a member of the record
    bool preserve_key = false;  // keep the member key_name, likewise
  };

  // REQUIRES: filter is of stage lambda_logs, open, and outlives this.
  LambdaRecords(Options options, client::Instance& filter) : options_(std::move(options)), filter_(filter) {}

  // Converts a chunk to out(): unchanged, byte for byte, except that bodies with a line become records and events
  // that the filter drops are removed. out() is "" if it drops all. Malformed data and everything after it are
  // copied unchanged. Returns false if the whole chunk must stay unchanged. The chunk is needed only during the
  // call.
  bool apply(std::string_view chunk);

  // Result of the last apply(), if it returned true; valid until the next.
  std::string_view out() const { return out_; }
  // Receipts (receipt_in_metadata.h) of the events that the last apply() dropped, concatenated.
  std::string_view receipts_left_out() const { return receipts_; }
  // Returns the problems of the last apply(), each with a code, or "".
  const std::string& problem() const { return problem_; }

 private:
  struct Line {
    std::string_view event;     // the whole event
    std::string_view metadata;  // of the event
    std::string_view body;      // of the event: a map
    std::string_view pair;      // the line's key and value in the body
  };

  void complain(const std::string& coded_text);
  bool filter_lines();
  void clear_lines();
  void find_line(const LogEvent& event);
  int32_t take(const penstock_batch& records) noexcept;
  void leave_out(size_t end);
  void append_record(const Line& line, std::string_view json);
  void append_kept(const Line& line);
  void read_names();

  const Options options_;
  client::Instance& filter_;
  JsonToMsgpack json_to_msgpack_;
  std::string out_;
  std::string receipts_;
  std::string problem_;

  // State of the current chunk.
  const char* copied_ = nullptr;  // end of the part that is in out_
  size_t too_deep_ = 0;           // number of records that are too deeply nested for msgpack

  // Lines that were found in it and are not yet filtered.
  std::vector<Line> lines_;
  std::vector<penstock_record> events_;  // one record per line
  size_t taken_ = 0;                     // number of lines that were returned or dropped

  // State of the current record, if it gets more members than the filter made.
  std::string members_;
  std::vector<std::string_view> names_;  // of members_, sorted
  std::string kept_;
  size_t kept_count_ = 0;
};

}  // namespace penstock::fluentbit
