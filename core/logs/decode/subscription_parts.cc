// Moves from one part of a subscription message to the next, and to its end, past text that is not needed.
#include <cstddef>
#include <string>
#include <string_view>

#include "base/rapidjson_reader.h"
#include "core/logs/decode/subscription_message.h"

namespace penstock::logs {

namespace {

const char* after_blanks(const char* at) {
  while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') ++at;
  return at;
}

// Returns the position after the string at `at`, or the NUL byte that truncates it.
const char* after_string(const char* at) {
  for (++at; *at != '\0' && *at != '"'; ++at)
    if (*at == '\\' && at[1] != '\0') ++at;
  return *at == '"' ? at + 1 : at;
}

bool is_repeated_member(std::string_view quoted_name) {
  for (const std::string_view name : {"\"messageType\"", "\"owner\"", "\"logGroup\"", "\"logStream\""})
    if (quoted_name == name) return true;
  return false;
}

}  // namespace

Status find_next_event(const char* base, size_t& at) {
  const char* next = after_blanks(base + at);
  const bool is_after_comma = *next == ',';
  if (is_after_comma) next = after_blanks(next + 1);
  at = static_cast<size_t>(next - base);
  if (is_after_comma == (*next != ']')) return {};
  return {Code::invalid, "PS0705",
          "invalid JSON at byte " + std::to_string(at) + ": " +
              penstock_rapidjson::GetParseError_En(penstock_rapidjson::kParseErrorArrayMissCommaOrSquareBracket)};
}

void begin_events_at(char* base, size_t& at) {
  at -= kEventsBegin.size();
  kEventsBegin.copy(base + at, kEventsBegin.size());
}

size_t end_of_message(std::string_view text, size_t at, std::string* members) {
  // In JSON, a character takes at most 12 bytes: two escapes of six. A longer name is too long, truncated or not.
  constexpr size_t kMaxQuotedBytes = 12 * (kMaxLogGroupCharacters + 2);
  std::string_view name;  // of the message's member whose value comes next
  const char* next = text.data() + at;
  for (int depth = 2; *next != '\0' && depth > 0;) {
    const char* const begin = next;
    if (*next == '"') {
      next = after_string(next);
      std::string_view quoted(begin, static_cast<size_t>(next - begin));
      if (depth > 1) continue;
      if (*after_blanks(next) == ':') {
        name = quoted;
      } else if (members != nullptr && members->size() < 8 * kMaxQuotedBytes && is_repeated_member(name)) {
        members->append(name).append(":").append(quoted.substr(0, kMaxQuotedBytes));
        *members += quoted.size() > kMaxQuotedBytes ? "\"," : ",";
      }
      continue;
    }
    if (*next == '{' || *next == '[') ++depth;
    if (*next == '}' || *next == ']') --depth;
    ++next;
  }
  return static_cast<size_t>(next - text.data());
}

}  // namespace penstock::logs
