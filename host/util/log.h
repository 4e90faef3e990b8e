// What the host and its stages have to say, on standard error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/util/log_writer.h"

namespace penstock::host {

// error, warn (warning), info, debug (trace), or off, which is 0. nullopt for any other word.
std::optional<int32_t> parse_log_level(std::string_view word);

// "[2026/11/21 10:00:00] [ warn] [input:penstock_kinesis:0] text" lines, in local time. For one thread, and never
// waits for whoever reads the lines: those that there is no room for are dropped, and a line says how many.
class Log {
 public:
  // fd is borrowed. On a terminal the progress line is rewritten in place. The end of the object waits for a while
  // until all lines are written.
  explicit Log(int fd);

  void set_level(int32_t level) { level_ = level; }  // PENSTOCK_LOG_ values; what is above is left out

  // text is made printable.
  void line(int32_t level, std::string_view who, std::string_view text);

  // A line of a form of its own, without time or level, whatever the level is. text is printable.
  void plain(std::string_view text);

  // A line at info level; on a terminal it replaces the one before, and stays below all other lines.
  void progress(std::string_view text);
  // The progress line stays as it is from now on.
  void end_progress();

  // Waits until all lines are written; false if that takes longer.
  bool flush(int64_t timeout_ms) { return writer_.flush(timeout_ms); }

 private:
  int32_t level_;
  bool terminal_;
  LogWriter writer_;
  std::string progress_;  // what stands on the terminal's last line
};

}  // namespace penstock::host
