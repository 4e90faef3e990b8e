// Facts that loggers write as key=value: whole lines of such pairs (logfmt), and the request's ids in the spans of
// Rust's tracing and in the attributes of Go's slog.
#include <array>

#include "base/scan.h"
#include "core/logs/lambda/lambda_grammar.h"
#include "core/logs/lambda/level.h"
#include "core/logs/lambda/styled_text.h"

namespace penstock::logs::grammar {

namespace {

constexpr size_t kMaxBytes = 4096;  // keys after these are not found
constexpr int kMaxPairs = 64;

// Removes and returns a value: text in quotes, without them, or a word.
std::string_view take_value(std::string_view& text) {
  if (!text.starts_with('"')) {
    const std::string_view value = styled::word(text);
    text.remove_prefix(value.size());
    return value;
  }
  size_t end = 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  end = end < text.size() ? end : text.size();
  const std::string_view value = text.substr(1, end - 1);
  text.remove_prefix(end < text.size() ? end + 1 : end);
  return value;
}

struct Pair {
  std::string_view key;
  std::string_view value;
};

// Removes a pair and the blanks after it. Returns false for any other text.
bool take_pair(std::string_view& text, Pair& pair) {
  const size_t size = logger_name_size(text);
  if (size == 0 || size == text.size() || text[size] != '=') return false;
  pair.key = text.substr(0, size);
  text.remove_prefix(size + 1);
  pair.value = take_value(text);
  text = scan::trim_front(text);
  return true;
}

// The keys with which loggers begin a line: logrus, slog, lambdacontext.NewLogger, go-kit.
bool is_first_key(std::string_view key) {
  static constexpr std::array<std::string_view, 6> kKeys = {"time", "timestamp", "ts", "level", "msg", "caller"};
  return is_one_of(key, kKeys);
}

bool is_time_key(std::string_view key) {
  static constexpr std::array<std::string_view, 3> kKeys = {"time", "timestamp", "ts"};
  return is_one_of(key, kKeys);
}

// A time without a zone is UTC, as in objects: Lambda's own emulator writes it with logrus.
bool is_timestamp(std::string_view text) {
  const Zone zone = text.ends_with('Z') ? Zone::z : Zone::none;
  return !text.empty() && iso_timestamp_size(text, zone) == text.size();
}

bool is_request_id_key(std::string_view key) {
  static constexpr std::array<std::string_view, 4> kKeys = {"requestId", "request_id", "aws_request_id",
                                                            "awsRequestId"};
  return is_one_of(key, kKeys);
}

// Returns the level of slog, which may be "INFO+2".
std::string_view level_of_value(std::string_view value) {
  const std::string_view word = styled::letters(value);
  const std::string_view after = value.substr(word.size());
  return !normalized_level(word).empty() && (after.empty() || after[0] == '+' || after[0] == '-')
             ? word
             : std::string_view();
}

// Returns the value of the first such key at the start of a word or of a span. Styles may be around the equals
// sign.
std::string_view value_of(std::string_view text, std::string_view key) {
  for (size_t at = 0; (at = text.find(key, at)) != std::string_view::npos; at += key.size()) {
    const bool begins = at == 0 || is_blank(text[at - 1]) || text[at - 1] == '{' || text[at - 1] == 'm';
    std::string_view rest = styled::skip_styles(text.substr(at + key.size()));
    if (!begins || !rest.starts_with('=')) continue;
    rest = styled::skip_styles(rest.substr(1));
    const std::string_view value = take_value(rest);
    return value.substr(0, value.find('}'));
  }
  return {};
}

// Sets the trace of a header like "Root=1-...;Parent=...;Sampled=0".
void set_trace_id(std::string_view header, LambdaLine& line) {
  constexpr std::string_view kRoot = "Root=";
  const size_t root = header.find(kRoot);
  if (root != std::string_view::npos) header.remove_prefix(root + kRoot.size());
  header = header.substr(0, header.find(';'));
  if (header.starts_with("1-")) line.set(LambdaField::xray_trace_id, header);
}

}  // namespace

bool read_pairs_line(std::string_view text, LambdaLine& line) {
  text = text.substr(0, kMaxBytes);
  Pair pair;
  LambdaLine read;
  for (int pairs = 0; pairs < kMaxPairs && take_pair(text, pair); ++pairs) {
    if (pairs == 0 && !is_first_key(pair.key)) return false;
    if (read.level.empty() && pair.key == "level") read.level = level_of_value(pair.value);
    if (is_time_key(pair.key) && is_timestamp(pair.value)) read.timestamp = pair.value;
    if (is_request_id_key(pair.key) && is_request_id(pair.value)) read.set(LambdaField::request_id, pair.value);
  }
  if (read.level.empty()) return false;
  line.level = read.level;
  line.timestamp = read.timestamp;
  line.set(LambdaField::request_id, read[LambdaField::request_id]);
  return true;
}

void look_for_request_id(std::string_view text, LambdaLine& line) {
  text = text.substr(0, kMaxBytes);
  const std::string_view id = value_of(text, "requestId");
  if (!scan::is_uuid(id)) return;
  line.set(LambdaField::request_id, id);
  set_trace_id(value_of(text, "xrayTraceId"), line);
}

}  // namespace penstock::logs::grammar
