#include "host/util/log_line.h"

#include "abi/penstock.h"
#include "base/coded_text.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time.h"

namespace penstock::host {

namespace {

struct LevelNames {
  std::string_view name;
  std::string_view aligned;
  std::string_view priority;  // of syslog
};

LevelNames names_of(int32_t level) {
  switch (level) {
    case PENSTOCK_LOG_ERROR:
      return {"error", "error", "<3>"};
    case PENSTOCK_LOG_WARN:
      return {"warn", " warn", "<4>"};
    case PENSTOCK_LOG_INFO:
      return {"info", " info", "<6>"};
    default:
      return {"debug", "debug", "<7>"};
  }
}

// Removes "word NAME" from the beginning of text and returns NAME; "" if text does not begin with that. A name
// ends before a space, or before the punctuation in front of it.
std::string_view take_subject(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return {};
  std::string_view name = text.substr(word.size());
  name = name.substr(0, name.find(' '));
  const size_t end = word.size() + name.size();
  if (name.ends_with(':') || name.ends_with(',')) name.remove_suffix(1);
  text.remove_prefix(end);
  return name;
}

}  // namespace

std::optional<LogFormat> parse_log_format(std::string_view word) {
  if (equal_without_case(word, "text")) return LogFormat::text;
  if (equal_without_case(word, "json")) return LogFormat::json;
  return std::nullopt;
}

std::string format_text(const LogLine& line, LogTime time) {
  std::string out;
  if (time == LogTime::written) out.append("[").append(format_rfc3339(line.time_ms)).append("] ");
  out.append("[").append(names_of(line.level).aligned).append("] [").append(line.stage).append("] ");
  return out.append(line.text);
}

std::string format_json(const LogLine& line) {
  const CodedText parts = split_code(line.text);
  std::string_view about = parts.text;
  const std::string_view stream = take_subject(about, "stream ");
  const std::string_view shard = stream.empty() ? "" : take_subject(about, " shard ");
  std::string out = "{";
  append_json_member(out, "time", format_rfc3339(line.time_ms));
  append_json_member(out, "level", names_of(line.level).name);
  append_json_member(out, "stage", line.stage);
  if (!parts.id.empty()) append_json_member(out, "code", parts.id);
  if (!stream.empty()) append_json_member(out, "stream", stream);
  if (!shard.empty()) append_json_member(out, "shard", shard);
  append_json_member(out, "message", parts.text);
  return out + "}";
}

std::string_view journal_priority(int32_t level) { return names_of(level).priority; }

}  // namespace penstock::host
