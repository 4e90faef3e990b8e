// The grammar of Lambda log lines: any message gives fields that are parts of it and have the right kinds.
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "core/logs/lambda/iso_timestamp.h"
#include "core/logs/lambda/lambda_line.h"
#include "tests/fuzz/check.h"
#include "tests/strict_json.h"

namespace penstock {
namespace {

bool is_inside(std::string_view part, std::string_view text) {
  const std::less_equal<const char*> in_order;
  return in_order(text.data(), part.data()) && in_order(part.data() + part.size(), text.data() + text.size());
}

// Compares the text, because a constant can have any address.
bool is_constant_level(std::string_view level) {
  constexpr std::array<std::string_view, 12> kLevels = {"TRACE",    "DEBUG",  "INFO",    "WARN",
                                                        "WARNING",  "ERROR",  "FATAL",   "PANIC",
                                                        "CRITICAL", "SEVERE", "VERBOSE", "NOTICE"};
  return std::find(kLevels.begin(), kLevels.end(), level) != kLevels.end();
}

void check_fields(const logs::LambdaLine& line, std::string_view message) {
  for (size_t index = 0; index < logs::kLambdaFieldCount; ++index) {
    const auto field = static_cast<logs::LambdaField>(index);
    const std::string_view value = line[field];
    if (value.empty()) continue;
    if (logs::kind_of(field) == logs::FieldKind::boolean) {
      check(value == "true" || value == "false", "a boolean is true or false", message);
      continue;
    }
    check(is_inside(value, message), "a field is inside the message", message);
    if (logs::kind_of(field) != logs::FieldKind::number) continue;
    const auto number = strict_json::read(value);
    check(number && (number->kind == '-' || (number->kind >= '0' && number->kind <= '9')) &&
              !is_blank(value.front()) && !is_blank(value.back()),
          "a number is one in JSON", message);
  }
  check(line[logs::LambdaField::request_id] != "undefined", "an id of undefined is left out", message);
}

void check_timestamp(std::string_view timestamp, std::string_view message) {
  if (timestamp.empty()) return;
  check(is_inside(timestamp, message), "the timestamp is inside the message", message);
  const bool has_zone = timestamp.ends_with('Z');
  check(logs::iso_timestamp_size(timestamp, has_zone ? logs::Zone::z : logs::Zone::none) == timestamp.size(),
        "a timestamp is one from end to end", message);
  std::string written;
  logs::append_iso_timestamp(written, timestamp);
  constexpr std::string_view kShape = "0000-00-00T00:00:00.000Z";
  check(written.size() == kShape.size() && logs::iso_timestamp_size(written) == kShape.size(),
        "a timestamp is written as RFC 3339 with milliseconds", message);
  check(written.starts_with(timestamp.substr(0, 19)), "a timestamp keeps its seconds", message);
}

void check_line(std::string_view message) {
  const logs::LambdaLine line = logs::read_lambda_line(message);
  check(is_inside(line.message, message), "the text is inside the message", message);
  check(line.message.empty() || (!is_blank(line.message.front()) && !is_blank(line.message.back())),
        "the text has no blanks at its ends", message);
  std::string_view end = message;
  while (!end.empty() && is_blank(end.back())) end.remove_suffix(1);
  if (!line.message.empty())
    check(line.message.data() + line.message.size() == end.data() + end.size(), "the text is complete to its end",
          message);
  check_timestamp(line.timestamp, message);
  check(line.level.empty() || is_inside(line.level, message) || is_constant_level(line.level),
        "a level is inside the message or a known one", message);
  check(line.level.size() <= 40, "a level is short", message);
  check_fields(line, message);
  // White space around a line does not change its result.
  const logs::LambdaLine trimmed = logs::read_lambda_line(end);
  check(trimmed.event == line.event && trimmed.message == line.message && trimmed.level == line.level,
        "spaces after a line change nothing", message);
}

}  // namespace
}  // namespace penstock

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  penstock::check_line(message);
  // Reads a timestamp at every position, not only at the start of a line.
  for (const penstock::logs::Zone zone : {penstock::logs::Zone::z, penstock::logs::Zone::none})
    penstock::check(penstock::logs::iso_timestamp_size(message, zone) <= size, "a timestamp is inside the text",
                    message);
  return 0;
}
