// A line of a failure file (on_failure file:PATH of the stages penstock_kinesis): one record that failed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace penstock::host {

struct DeadLetterLine {
  enum class Stage { input, output };
  Stage stage = Stage::input;  // that it failed at
  std::string stream;          // its origin, as far as it was known; else empty or 0
  std::string shard_id;
  std::string sequence_number;
  uint64_t sub_sequence_number = 0;
  std::string log_group;
  std::string log_stream;
  std::string owner;
  std::string region;
  std::string partition_key;
  int64_t arrival_time_ms = 0;
  std::string data;  // as that stage had it, decoded
};

// Reads one line without its end; members that are not known are left out. Returns what is wrong with it, or
// nothing.
std::string read_dead_letter_line(std::string_view text, DeadLetterLine& line);

}  // namespace penstock::host
