// The log of the host and its stages, on standard error.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "abi/penstock.h"
#include "base/message_id.h"
#include "host/util/log_line.h"
#include "host/util/log_writer.h"

namespace penstock::host {

// Parses error, warn (or warning), info, debug (or trace), or off, which is 0. Returns nullopt for any other word.
std::optional<int32_t> parse_log_level(std::string_view word);

// A log of lines in one of the forms of log_line.h. If the journal of systemd reads them (JOURNAL_STREAM names the
// descriptor), each begins with its priority, and text has no time. For one thread. It never waits for the reader
// of the lines: lines without room are dropped, and a line reports their number.
class Log {
 public:
  // Borrows fd. On a terminal, rewrites the progress line of text in place. The destructor waits a limited time
  // until all lines are written.
  explicit Log(int fd);

  void set_level(int32_t level) { level_ = level; }  // PENSTOCK_LOG_ values; higher ones are not logged
  void set_format(LogFormat format);                 // text, until this is called

  // Logs text, made printable. who: the source of the line, such as "penstock" or the label of a stage.
  void error(MessageId id, std::string_view who, std::string_view text) {
    line(PENSTOCK_LOG_ERROR, who, coded(id, text));
  }
  void warn(MessageId id, std::string_view who, std::string_view text) {
    line(PENSTOCK_LOG_WARN, who, coded(id, text));
  }
  void info(std::string_view who, std::string_view text) { line(PENSTOCK_LOG_INFO, who, text); }

  // Logs the line of a stage. Its errors and warnings already have codes.
  void line(int32_t level, std::string_view who, std::string_view text);

  // Logs a problem of a configuration, at every level: in text as `line`, without time or source; in JSON as
  // coded_text. REQUIRES: both are printable.
  void problem(int32_t level, std::string_view line, std::string_view coded_text);

  // Logs a line at info level. Text on a terminal replaces the previous progress line, and stays below all other
  // lines.
  void progress(std::string_view text);
  // Leaves the current progress line in place.
  void end_progress();

  // Waits until all lines are written; returns false if that takes longer.
  bool flush(int64_t timeout_ms) { return writer_.flush(timeout_ms); }

 private:
  // The form of the lines, shared with the thread that writes them.
  struct Form {
    explicit Form(int fd);
    // Returns a line without its end.
    std::string of(int32_t level, std::string_view who, std::string_view text) const;

    const bool of_journal;
    std::atomic<LogFormat> format = LogFormat::text;
  };

  bool rewrites_progress() const { return terminal_ && form_->format == LogFormat::text; }
  void put(const std::string& line);

  int32_t level_;
  bool terminal_;
  std::shared_ptr<Form> form_;
  LogWriter writer_;
  std::string progress_;  // the last line on the terminal
};

}  // namespace penstock::host
