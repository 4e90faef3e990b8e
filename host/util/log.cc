#include "host/util/log.h"

#include <unistd.h>

#include <array>
#include <ctime>
#include <utility>

#include "base/message_id.h"
#include "base/text.h"

namespace penstock::host {

namespace {

const char* level_name(int32_t level) {
  switch (level) {
    case PENSTOCK_LOG_ERROR:
      return "error";
    case PENSTOCK_LOG_WARN:
      return " warn";
    case PENSTOCK_LOG_INFO:
      return " info";
    default:
      return "debug";
  }
}

std::string head(int32_t level, std::string_view who) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  std::array<char, 32> time{};
  std::strftime(time.data(), time.size(), "[%Y/%m/%d %H:%M:%S]", &parts);
  std::string out = time.data();
  out += " [";
  out += level_name(level);
  out += "] [";
  out += who;
  return out + "] ";
}

constexpr char kEraseLine[] = "\r\x1b[K";

std::string dropped_text(int64_t lines) {
  return head(PENSTOCK_LOG_WARN, "penstock") +
         coded("PS0917", "lines of this log were dropped because standard error does not accept them; lines: " +
                             std::to_string(lines)) +
         "\n";
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

Log::Log(int fd)
    : level_(PENSTOCK_LOG_INFO), terminal_(isatty(fd) == 1), writer_(fd, [terminal = terminal_](int64_t lines) {
        return (terminal ? kEraseLine : "") + dropped_text(lines);
      }) {}

void Log::line(int32_t level, std::string_view who, std::string_view text) {
  if (level <= level_)
    plain(head(level, printable(who, kMaxPrintedLineBytes)) + printable(text, kMaxPrintedLineBytes));
}

void Log::plain(std::string_view text) {
  std::string out;
  if (!progress_.empty()) out = kEraseLine;
  out.append(text) += '\n';
  writer_.write(out + progress_);
}

void Log::progress(std::string_view text) {
  if (PENSTOCK_LOG_INFO > level_) return;
  const std::string out = head(PENSTOCK_LOG_INFO, "penstock") + printable(text, kMaxPrintedLineBytes);
  if (!terminal_) return writer_.write(out + "\n");
  progress_ = out;
  writer_.write(kEraseLine + out);
}

void Log::end_progress() {
  if (!progress_.empty()) writer_.write("\n");
  progress_.clear();
}

}  // namespace penstock::host
