// The forms of a line of the log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock::host {

enum class LogFormat : uint8_t { text, json };

// Parses text or json. Returns nullopt for any other word.
std::optional<LogFormat> parse_log_format(std::string_view word);

// One message. text may begin with a code, and after it with what it is about, as the stages write it:
// "PS0101: stream logs-1, shard shardId-000000000000: ...".
struct LogLine {
  int32_t level = 0;       // PENSTOCK_LOG_ value
  int64_t time_ms = 0;     // Unix time
  std::string_view stage;  // label of a stage, or "penstock"
  std::string_view text;   // printable
};

// What the journal of systemd adds to a line, so that the line does not repeat it.
enum class LogTime : uint8_t { written, of_journal };

// Returns "[2026-11-21T10:00:00.123Z] [ warn] [input:penstock_kinesis:0] PS0101: ...", without the time if the
// journal adds it.
std::string format_text(const LogLine& line, LogTime time);

// Returns an object with the members time, level, stage, code, stream, shard, and message; code, stream, and shard
// only if the text begins with them. message is the text without the code. Valid JSON for any bytes.
std::string format_json(const LogLine& line);

// Returns the prefix by which the journal knows the level of a line: "<4>" for a warning (sd-daemon(3)).
std::string_view journal_priority(int32_t level);

}  // namespace penstock::host
