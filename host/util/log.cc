#include "host/util/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "base/message_id.h"
#include "base/text.h"
#include "client/clock.h"

namespace penstock::host {

namespace {

constexpr char kEraseLine[] = "\r\x1b[K";

// Returns whether the journal reads fd: the variable has the device and the inode of its socket, which a
// redirection of standard error replaces (systemd.exec(5)).
bool is_read_by_journal(int fd) {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat file {};
  return stream != nullptr && fstat(fd, &file) == 0 &&
         std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino) == stream;
}

std::string dropped_text(int64_t lines) {
  return coded("PS0917", "lines of this log were dropped because standard error does not accept them; lines: " +
                             std::to_string(lines));
}

}  // namespace

std::optional<int32_t> parse_log_level(std::string_view word) {
  const std::string level = lower_case(word);
  if (level == "off") return 0;
  if (level == "error") return PENSTOCK_LOG_ERROR;
  if (level == "warn" || level == "warning") return PENSTOCK_LOG_WARN;
  if (level == "info") return PENSTOCK_LOG_INFO;
  if (level == "debug" || level == "trace") return PENSTOCK_LOG_DEBUG;
  return std::nullopt;
}

Log::Form::Form(int fd) : of_journal(is_read_by_journal(fd)) {}

std::string Log::Form::of(int32_t level, std::string_view who, std::string_view text) const {
  const LogLine line{level, client::unix_ms(), who, text};
  std::string out(of_journal ? journal_priority(level) : "");
  if (format == LogFormat::json) return out + format_json(line);
  return out + format_text(line, of_journal ? LogTime::of_journal : LogTime::written);
}

Log::Log(int fd)
    : level_(PENSTOCK_LOG_INFO),
      terminal_(isatty(fd) == 1),
      form_(std::make_shared<Form>(fd)),
      writer_(fd, [terminal = terminal_, form = form_](int64_t lines) {
        return (terminal ? kEraseLine : "") + form->of(PENSTOCK_LOG_WARN, "penstock", dropped_text(lines)) + "\n";
      }) {}

void Log::set_format(LogFormat format) {
  end_progress();
  form_->format = format;
}

void Log::line(int32_t level, std::string_view who, std::string_view text) {
  if (level <= level_)
    put(form_->of(level, printable(who, kMaxPrintedLineBytes), printable(text, kMaxPrintedLineBytes)));
}

void Log::problem(int32_t level, std::string_view line, std::string_view coded_text) {
  if (form_->format == LogFormat::json) return put(form_->of(level, "penstock", coded_text));
  put(std::string(form_->of_journal ? journal_priority(level) : "").append(line));
}

void Log::put(const std::string& line) {
  writer_.write((progress_.empty() ? "" : kEraseLine) + line + "\n" + progress_);
}

void Log::progress(std::string_view text) {
  if (PENSTOCK_LOG_INFO > level_) return;
  const std::string out = form_->of(PENSTOCK_LOG_INFO, "penstock", printable(text, kMaxPrintedLineBytes));
  if (!rewrites_progress()) return writer_.write(out + "\n");
  progress_ = out;
  writer_.write(kEraseLine + out);
}

void Log::end_progress() {
  if (!progress_.empty()) writer_.write("\n");
  progress_.clear();
}

}  // namespace penstock::host
