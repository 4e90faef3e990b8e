// Judges a record by the event that it became of, knowing nothing of how the filter does it: nothing of the event
// may be lost, and nothing made up.
#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "core/logs/lambda_filter.h"
#include "tests/strict_json.h"

namespace penstock {

class RecordJudge {
 public:
  explicit RecordJudge(const LambdaFilterOptions& options) : options_(options) {}

  // What is wrong with a record whose event had this body, an id and an origin; empty: nothing.
  std::string fault(std::string_view record, std::string_view body) const {
    if (record.find_first_of("\r\n") != std::string_view::npos) return "it is more than one line";
    const auto read = strict_json::read(record);
    if (!read || read->kind != '{') return "it is no JSON object in UTF-8";
    for (const std::string& name : {options_.timestamp_key, options_.source_key, std::string("event_id")})
      if (!strict_json::member(*read, name)) return "it has no " + name;
    const std::string text = repaired(trimmed(body));
    if (is_object(text)) return fault_of_object(record, *read, text);
    return is_around_object(record, *read, text) ? "" : fault_of_line(*read, body);
  }

 private:
  static constexpr size_t kMaxDepth = 1000;  // what is nested deeper is text

  static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  static std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
  }

  // In UTF-8, each run of what is none and of U+FFFD as one U+FFFD.
  static std::string repaired(std::string_view text) {
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
    std::string out;
    bool is_in_run = false;
    for (size_t at = 0; at < text.size();) {
      const size_t size = strict_json::utf8_size(text, at);
      const std::string_view character = text.substr(at, std::max<size_t>(size, 1));
      const bool is_bad = size == 0 || character == kReplacement;
      if (!is_bad)
        out += character;
      else if (!is_in_run)
        out += kReplacement;
      is_in_run = is_bad;
      at += character.size();
    }
    return out;
  }

  // JSON as it stands in a record.
  static std::string one_line(std::string_view text) {
    std::string out(text);
    for (char& c : out)
      if (c == '\n' || c == '\r') c = ' ';
    return out;
  }

  // Text with one sort of line end, without blanks at its ends.
  static std::string lines_of(std::string_view text) {
    const std::string whole = repaired(trimmed(text));
    std::string out;
    for (size_t at = 0; at < whole.size(); ++at) {
      if (whole[at] != '\r')
        out += whole[at];
      else if (at + 1 == whole.size() || whole[at + 1] != '\n')
        out += '\n';
    }
    return out;
  }

  // The first half of a surrogate pair alone is no character: such JSON counts as text.
  static bool has_lone_surrogate(std::string_view text) {
    const auto unit = [&](size_t at) -> unsigned long {
      if (text.size() < at + 6 || text[at] != '\\' || text[at + 1] != 'u') return 0;
      return std::strtoul(std::string(text.substr(at + 2, 4)).c_str(), nullptr, 16);
    };
    for (size_t at = 0; at < text.size(); ++at) {
      if (text[at] != '\\') continue;
      const bool is_high = unit(at) >= 0xD800 && unit(at) < 0xDC00;
      if (is_high && (unit(at + 6) < 0xDC00 || unit(at + 6) >= 0xE000)) return true;
      at += is_high ? 11 : 1;
    }
    return false;
  }

  static bool is_object(std::string_view text) {
    const auto read = strict_json::read(text);
    return read && read->kind == '{' && read->depth <= kMaxDepth && !has_lone_surrogate(text);
  }

  // Its own members come first and byte for byte; one that has our source's name may have another. Ours come
  // behind, where it has none of that name.
  std::string fault_of_object(std::string_view record, const strict_json::Value& read,
                              std::string_view text) const {
    const std::string own_text = one_line(text);
    const auto own = strict_json::read(own_text);
    if (read.members.size() < own->members.size()) return "a member is missing";
    bool has_source = false;
    for (size_t index = 0; index < own->members.size(); ++index) {
      const strict_json::Member& before = own->members[index];
      const strict_json::Member& after = read.members[index];
      const bool is_source = strict_json::unescaped(before.name) == options_.source_key;
      has_source = has_source || is_source;
      if (is_source ? !after.name.starts_with(options_.source_key + "_original")
                    : repaired(after.name) != before.name)
        return "a member has another name";
      if (repaired(after.value) != before.value) return "a member has another value";
    }
    if (!has_source && !repaired(record).starts_with(own_text.substr(0, own_text.size() - 1)))
      return "an object is changed";
    for (size_t index = own->members.size(); index < read.members.size(); ++index) {
      const std::string_view name = read.members[index].name;
      if (name != "level" && name != "lambda" && name != "event_id" && name != options_.timestamp_key &&
          name != options_.source_key)
        return "it has a member " + std::string(name);
      if (name != options_.source_key && strict_json::member(*own, name)) return "a member has a second value";
    }
    return "";
  }

  // Whether the record is the object at the end of a line: nothing before it holds a brace.
  bool is_around_object(std::string_view record, const strict_json::Value& read, std::string_view text) const {
    const std::string_view object = text.substr(std::min(text.find('{'), text.size()));
    return is_object(object) && fault_of_object(record, read, object).empty();
  }

  // All of the text is in the message, but for what is in fields of its own.
  std::string fault_of_line(const strict_json::Value& read, std::string_view body) const {
    for (const strict_json::Member& member : read.members)
      if (member.name != "message" && member.name != "level" && member.name != "lambda" &&
          member.name != "event_id" && member.name != options_.timestamp_key && member.name != options_.source_key)
        return "it has a member " + std::string(member.name);
    const auto message = strict_json::member(read, "message");
    const auto level = strict_json::member(read, "level");
    if (!message || message->front() != '"') return "it has no message";
    if (!level || level->front() != '"') return "it has no level";
    const std::string whole = lines_of(body);
    const std::string kept = lines_of(strict_json::string_of(*message));
    if (!whole.ends_with(kept)) return "its message is not the end of the text";
    const std::string taken = whole.substr(0, whole.size() - kept.size());
    const auto lambda = strict_json::member(read, "lambda");
    const auto id = lambda ? strict_json::member(*strict_json::read(*lambda), "requestId") : lambda;
    const std::string request_id = id ? repaired(strict_json::string_of(*id)) : "";
    return fault_of_taken(taken, lines_of(strict_json::string_of(*level)), request_id);
  }

  // What stood before the message: a level, a timestamp, a request id and punctuation.
  static std::string fault_of_taken(std::string_view taken, const std::string& level,
                                    const std::string& request_id) {
    const auto is_level = [&](std::string_view word) {
      std::string capitals;
      for (const char c : word) capitals += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      constexpr std::pair<std::string_view, std::string_view> kDotNet[] = {
          {"fail", "ERROR"}, {"dbug", "DEBUG"}, {"trce", "TRACE"}, {"crit", "CRITICAL"}};
      return capitals == level || std::find(std::begin(kDotNet), std::end(kDotNet),
                                            std::pair(word, std::string_view(level))) != std::end(kDotNet);
    };
    if (taken.starts_with('[') && taken.find(']') != std::string_view::npos) {
      if (!is_level(trimmed(taken.substr(1, taken.find(']') - 1)))) return "the level in brackets is lost";
      taken.remove_prefix(taken.find(']') + 1);
    }
    while (!(taken = trimmed(taken)).empty()) {
      const std::string_view word = taken.substr(0, taken.find_first_of(" \t\n\v\f\r"));
      taken.remove_prefix(word.size());
      const std::string_view digits = word.starts_with('[') ? word.substr(1) : word;
      const bool is_time =
          !digits.empty() && digits.find_first_not_of("0123456789-:.TZ") == std::string_view::npos;
      const bool is_process = word.starts_with('#') && word.ends_with(']');
      const bool is_punctuation =
          word == "-" || word == "--" || word == "--:" || (word.size() == 2 && word[1] == ',');
      if (!is_level(word) && !is_time && !is_process && !is_punctuation && word != request_id &&
          word != "undefined" && word != "LAMBDA_WARNING:")
        return "\"" + std::string(word) + "\" is lost";
    }
    return "";
  }

  LambdaFilterOptions options_;
};

}  // namespace penstock
