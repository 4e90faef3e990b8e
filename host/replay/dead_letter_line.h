// A line of a dead-letter file (on_failure file:PATH of the stages penstock_kinesis): one record that failed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace penstock::host {

struct DeadLetterLine {
  enum class Stage { input, output };
  Stage stage = Stage::input;  // the stage at which it failed
  std::string stream;          // origin, as far as known; else empty or 0
  std::string shard_id;
  std::string sequence_number;
  uint64_t sub_sequence_number = 0;
  std::string log_group;
  std::string central_log_group;
  std::string log_stream;
  std::string owner;
  std::string region;
  std::string partition_key;
  int64_t arrival_time_ms = 0;
  std::string data;  // as the stage had it, decoded from base64
};

// Reads one line without its line end; ignores unknown members. Returns what is wrong with it, or "".
std::string read_dead_letter_line(std::string_view text, DeadLetterLine& line);

}  // namespace penstock::host
