// The log lines in the agent's log events, made records by our filter lambda_logs.
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

// Works on one chunk after the other, and reuses its buffers. For one thread at a time.
class LambdaRecords {
 public:
  struct Options {
    std::string key_name;       // member of the body that holds the line
    bool reserve_data = false;  // keep the other members, but those with the name of a member of the record
    bool preserve_key = false;  // keep the member key_name, likewise
  };

  // filter: of lambda_logs, open, and outlives this.
  LambdaRecords(Options options, client::Instance& filter) : options_(std::move(options)), filter_(filter) {}

  // Makes out() of a chunk: the same, byte for byte, but for the bodies that have a line, and without the events
  // that the filter leaves out; "": it left out all. What is malformed stays as it is, and all behind it. false:
  // the whole chunk is to stay as it is. It lives until the call returns.
  bool apply(std::string_view chunk);

  // Of the last apply() that returned true; until the next.
  std::string_view out() const { return out_; }
  // Of the same: the receipts (receipt_in_metadata.h) of the events that are left out, one behind the other.
  std::string_view receipts_left_out() const { return receipts_; }
  // What a person should know of the last apply(); "": nothing.
  const std::string& problem() const { return problem_; }

 private:
  struct Line {
    std::string_view event;     // the whole of it
    std::string_view metadata;  // of it
    std::string_view body;      // of it: a map
    std::string_view pair;      // of that: the line's key and value
  };

  void complain(const std::string& text);
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

  // Of the chunk at hand.
  const char* copied_ = nullptr;  // up to where it is in out_
  size_t too_deep_ = 0;           // how many records cannot be msgpack

  // Found in it, and not yet filtered.
  std::vector<Line> lines_;
  std::vector<penstock_record> events_;  // a record each for the lines
  size_t taken_ = 0;                     // how many came back, or were left out

  // Of the record at hand, where it is more than what the filter made.
  std::string members_;
  std::vector<std::string_view> names_;  // of members_, in order
  std::string kept_;
  size_t kept_count_ = 0;
};

}  // namespace penstock::fluentbit
