// Checks a record against its event, independently of the filter's code: nothing of the event may be missing, and
// nothing may be invented.
#pragma once

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>

#include "core/logs/record/lambda_filter.h"
#include "tests/strict_json.h"

namespace penstock {

class RecordChecker {
 public:
  explicit RecordChecker(const logs::LambdaFilterOptions& options) : options_(options) {}

  // Returns what is wrong with the record of an event with this body, these extracted fields, an ID and a log
  // group, or "". Names of members are compared as written; ours contain no escapes.
  std::string fault(std::string_view record, std::string_view body, std::string_view extracted_fields = {}) const {
    if (record.find_first_of("\r\n") != std::string_view::npos) return "it is more than one line";
    const auto read = strict_json::read(record);
    if (!read || read->kind != '{') return "it is not a JSON object in UTF-8";
    for (const std::string& name : required())
      if (!strict_json::member(*read, name)) return "it has no " + name;
    const std::string text = repaired(trimmed(body));
    if (is_object(text)) return fault_of_object(record, *read, text, extracted_fields);
    if (options_.parse_json_in_message && is_around_object(record, *read, text, extracted_fields)) return "";
    return fault_of_line(*read, body, extracted_fields);
  }

  // Returns whether a body is an object, which the filter passes through.
  static bool is_object_alone(std::string_view body) { return is_object(repaired(trimmed(body))); }

 private:
  static constexpr size_t kMaxDepth = 1000;  // anything nested deeper becomes text

  // Returns the name of a checked member in our schemas, OpenTelemetry's or Elastic's.
  std::string named(const char* ours, const char* otel, const char* ecs) const {
    return options_.schema == logs::Schema::otel ? otel : options_.schema == logs::Schema::ecs ? ecs : ours;
  }
  bool is_flat() const { return options_.schema == logs::Schema::otel || options_.schema == logs::Schema::ecs; }
  std::string json_key() const {
    return !options_.json_key.empty() ? options_.json_key : named("", "attributes", "app");
  }
  std::string level() const { return named("level", "severity_text", "log.level"); }
  std::string message() const { return named("message", "body", "message"); }
  std::string event_id() const {
    return !options_.event_id_key.empty() ? options_.event_id_key
                                          : named("event_id", "log.record.uid", "event.id");
  }
  std::vector<std::string> required() const {
    std::vector<std::string> names = {options_.timestamp_key};
    if (options_.event_id) names.push_back(event_id());
    names.push_back(is_flat() ? named("", "aws.log.group.names", "aws.cloudwatch.log_group")
                              : options_.source_key);
    return names;
  }
  bool is_ours(std::string_view name) const {
    if (name == options_.timestamp_key || name == level() || name == event_id() || name == "extractedFields")
      return true;
    if (!is_flat()) return name == "lambda" || name == options_.source_key;
    if (name == message() || (options_.schema == logs::Schema::otel && name == "severity_number")) return true;
    constexpr std::string_view kSpaces[] = {"aws.",         "faas.",    "cloud.", "error.type",
                                            "event.action", "trace.id", "span.id"};
    return std::any_of(std::begin(kSpaces), std::end(kSpaces),
                       [&](std::string_view space) { return name.starts_with(space); });
  }
  // Returns a fact, which is in "lambda" in our schemas, as text, or "" if it is missing.
  std::string fact(const strict_json::Value& read, const char* ours, const char* otel, const char* ecs) const {
    const auto lambda = strict_json::member(read, "lambda");
    if (!is_flat() && !lambda) return "";
    const auto value = is_flat() ? strict_json::member(read, named("", otel, ecs))
                                 : strict_json::member(*strict_json::read(*lambda), ours);
    return value ? repaired(strict_json::string_of(*value)) : "";
  }

  static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  static std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
  }

  // Returns valid UTF-8: each run of invalid bytes and U+FFFD becomes one U+FFFD.
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

  // Returns JSON as it is in a record.
  static std::string one_line(std::string_view text) {
    std::string out(text);
    for (char& c : out)
      if (c == '\n' || c == '\r') c = ' ';
    return out;
  }

  // Returns the text with one kind of line end and without white space at both ends.
  static std::string lines_of(std::string_view text) {
    const std::string whole = repaired(trimmed(text));
    std::string out;
    for (size_t at = 0; at < whole.size(); ++at)
      if (whole[at] != '\r')
        out += whole[at];
      else if (at + 1 == whole.size() || whole[at + 1] != '\n')
        out += '\n';
    return out;
  }

  // The first half of a surrogate pair alone is not a character: such JSON counts as text.
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

  // In UTC with milliseconds, or as an application wrote it with an offset.
  static bool is_rfc3339(std::string_view value) {
    constexpr std::string_view kUtc = "\"0000-00-00T00:00:00.000Z\"";
    constexpr std::string_view kOffset = "+00:00\"";
    const auto has_shape = [](std::string_view text, std::string_view expected) {
      return text.size() == expected.size() &&
             std::equal(text.begin(), text.end(), expected.begin(), [](char c, char shape) {
               return shape == '0' ? c >= '0' && c <= '9' : c == shape || (shape == '+' && c == '-');
             });
    };
    return has_shape(value, kUtc) ||
           (looks_like_rfc3339(value) && has_shape(value.substr(value.size() - kOffset.size()), kOffset));
  }

  static bool is_common_level(std::string_view value) {
    constexpr std::string_view kLevels[] = {"\"TRACE\"", "\"DEBUG\"", "\"INFO\"",
                                            "\"WARN\"",  "\"ERROR\"", "\"FATAL\""};
    return std::find(std::begin(kLevels), std::end(kLevels), value) != std::end(kLevels);
  }

  // Checks the members after those of the event itself: each must be one of ours, and occur once.
  std::string fault_of_added(const strict_json::Value& read, size_t from, const strict_json::Value& own,
                             std::string_view extracted_fields) const {
    for (size_t index = from; index < read.members.size(); ++index) {
      const auto& [name, value] = read.members[index];
      if (!is_ours(name) && (json_key().empty() || name != json_key()))
        return "it has a member " + std::string(name);
      for (size_t other = index + 1; other < read.members.size(); ++other)
        if (read.members[other].name == name) return "a member of ours is there twice";
      if (!is_reserved(name) && strict_json::member(own, name)) return "a member has a second value";
      if (name == options_.timestamp_key && !is_rfc3339(value)) return "its timestamp is none";
      if (name == "extractedFields" && !holds_fields(value, extracted_fields))
        return "its extracted fields are others";
    }
    const bool has_fields = strict_json::member(read, "extractedFields").has_value();
    return has_fields || trimmed(extracted_fields).empty() ? "" : "its extracted fields are lost";
  }

  static bool holds_fields(std::string_view value, std::string_view extracted_fields) {
    const std::string text = repaired(trimmed(extracted_fields));
    return is_object(text) ? repaired(value) == one_line(text)
                           : value[0] == '"' && repaired(strict_json::string_of(value)) == text;
  }

  // Names for the event's ID, time and origin. A member of the application with such a name is renamed if the
  // record has ours.
  bool is_reserved(std::string_view name) const {
    if (name == options_.timestamp_key || name == event_id() || name == "extractedFields") return true;
    return name == options_.source_key;
  }

  // The event's own members come first, byte for byte. One with a name of ours may be renamed, and the level may
  // be normalized. Our members follow, unless the event has one of that name.
  std::string fault_of_object(std::string_view record, const strict_json::Value& read, std::string_view text,
                              std::string_view extracted_fields) const {
    const std::string own_text = one_line(text);
    const auto own = strict_json::read(own_text);
    if (is_flat()) return fault_of_taken_members(read, *own, extracted_fields);
    if (!options_.json_key.empty()) {
      const auto object = strict_json::member(read, options_.json_key);
      if (!object) return "the object is missing";
      if (repaired(*object) != own_text) return "the object is changed";
      return fault_of_added(read, 0, {}, extracted_fields);
    }
    if (read.members.size() < own->members.size()) return "a member is missing";
    std::vector<std::string_view> ours;
    for (size_t index = own->members.size(); index < read.members.size(); ++index)
      if (is_reserved(read.members[index].name)) ours.push_back(read.members[index].name);
    if (const auto time = strict_json::member(read, options_.timestamp_key); time && !looks_like_rfc3339(*time))
      return "its timestamp is none";
    bool is_changed = false;
    if (std::string fault = fault_of_members(read, *own, "", ours, is_changed); !fault.empty()) return fault;
    if (!is_changed && !repaired(record).starts_with(own_text.substr(0, own_text.size() - 1)))
      return "an object is changed";
    return fault_of_added(read, own->members.size(), *own, extracted_fields);
  }

  // The last level, message and request ID of the object become members of the record, if they are text that is
  // not empty. The other members are under a key of their own, byte for byte.
  std::string fault_of_taken_members(const strict_json::Value& read, const strict_json::Value& own,
                                     std::string_view extracted_fields) const {
    std::vector<strict_json::Member> rest = own.members;
    const auto take = [&](std::string_view key) -> std::optional<std::string> {
      for (auto member = rest.rbegin(); member != rest.rend(); ++member) {
        if (strict_json::unescaped(member->name) != key) continue;
        if (member->value.front() != '"' || member->value == "\"\"") return std::nullopt;
        const std::string value(member->value);
        rest.erase(std::next(member).base());
        return value;
      }
      return std::nullopt;
    };
    const auto is_value = [&](const std::string& name, const std::optional<std::string>& value) {
      const auto there = strict_json::member(read, name);
      return there && (!value || repaired(*there) == *value);
    };
    if (take("level") && !is_value(level(), std::nullopt)) return "the level is lost";
    if (const auto text = take("message"); text && !is_value(message(), text)) return "the message is lost";
    std::optional<std::string> id;
    for (const std::string_view key : {"requestId", "AWSRequestId", "function_request_id"})
      if (!id) id = take(key);
    if (id && !is_value(named("", "faas.invocation_id", "faas.execution"), id)) return "the request ID is lost";
    const auto object = strict_json::member(read, json_key());
    if (!object) {
      if (!rest.empty() || own.members.empty()) return "the object is missing";
      return fault_of_added(read, 0, {}, extracted_fields);
    }
    const auto kept = strict_json::read(*object);
    if (kept->members.size() != rest.size()) return "the object has other members";
    for (size_t index = 0; index < rest.size(); ++index)
      if (repaired(kept->members[index].name) != rest[index].name ||
          repaired(kept->members[index].value) != rest[index].value)
        return "a member is changed";
    return fault_of_added(read, 0, {}, extracted_fields);
  }

  static bool looks_like_rfc3339(std::string_view value) {
    return value.size() > 21 && value[11] == 'T' && value[5] == '-' && value[17] == ':';
  }

  // Checks the members of an object or array at that path ("a.b." or empty): `before` is what the application
  // wrote, `after` is the record, which may have more. `ours` are names that the record adds.
  std::string fault_of_members(const strict_json::Value& after, const strict_json::Value& before,
                               const std::string& path, const std::vector<std::string_view>& ours,
                               bool& is_changed) const {
    for (size_t index = 0; index < before.members.size(); ++index) {
      const auto& [name, value] = before.members[index];
      const bool is_element = before.kind == '[';
      const std::string field = is_element ? path : path + strict_json::unescaped(name) + '.';
      const auto inside = std::find_if(ours.begin(), ours.end(), [&](std::string_view our) {
        return field.starts_with(std::string(our) + '.');
      });
      const auto around =
          std::find_if(ours.begin(), ours.end(), [&](std::string_view our) { return our.starts_with(field); });
      const strict_json::Member& there = after.members[index];
      if (inside != ours.end()) {
        if (!is_renamed(strict_json::unescaped(there.name), field.substr(path.size()),
                        inside->size() - path.size()))
          return "a member of our name has no other";
        is_changed = true;
      } else if (repaired(there.name) != name) {
        return "a member has another name";
      }
      const bool is_level = path.empty() && options_.normalize_level && strict_json::unescaped(name) == "level" &&
                            is_common_level(there.value);
      if (is_level) {
        is_changed = true;
      } else if (inside == ours.end() && around != ours.end() && (value[0] == '{' || value[0] == '[')) {
        const auto inner = strict_json::read(there.value);
        const auto own = strict_json::read(value);
        if (!inner || inner->members.size() != own->members.size()) return "a member has another value";
        if (std::string fault = fault_of_members(*inner, *own, field, ours, is_changed); !fault.empty())
          return fault;
      } else if (repaired(there.value) != value) {
        return "a member has another value";
      }
    }
    return "";
  }

  // Returns whether `name` is `key`, which ends with a dot, with _original or _original_N after its first `bytes`
  // bytes.
  static bool is_renamed(std::string_view name, std::string_view key, size_t bytes) {
    constexpr std::string_view kOriginal = "_original";
    const std::string rest = repaired(key.substr(bytes, key.size() - bytes - 1));
    if (!name.starts_with(key.substr(0, bytes)) || !name.substr(bytes).starts_with(kOriginal)) return false;
    const std::string whole = repaired(name.substr(bytes + kOriginal.size()));
    if (!whole.ends_with(rest)) return false;
    const std::string_view number = std::string_view(whole).substr(0, whole.size() - rest.size());
    return number.empty() || (number[0] == '_' && number.find_first_not_of("0123456789", 1) == number.npos);
  }

  // Returns whether the record is the object at the end of a line: nothing before it contains a brace.
  bool is_around_object(std::string_view record, const strict_json::Value& read, std::string_view text,
                        std::string_view extracted_fields) const {
    const std::string_view object = text.substr(std::min(text.find('{'), text.size()));
    return is_object(object) && fault_of_object(record, read, object, extracted_fields).empty();
  }

  // Checks that all of the text is in the message, except for what has fields of its own.
  std::string fault_of_line(strict_json::Value read, std::string_view body,
                            std::string_view extracted_fields) const {
    const auto said = strict_json::member(read, message());
    const auto level_text = strict_json::member(read, level());
    if (!level_text || level_text->front() != '"') return "it has no level";
    const std::string event = fact(read, "event", "aws.lambda.event", "event.action");
    const std::string request_id = fact(read, "requestId", "faas.invocation_id", "faas.execution");
    std::erase_if(read.members, [&](const strict_json::Member& member) { return member.name == message(); });
    if (std::string fault = fault_of_added(read, 0, {}, extracted_fields); !fault.empty()) return fault;
    if (!said && !options_.keep_message && !event.empty() && event != "error" && event != "exit") return "";
    if (!said || said->front() != '"') return "it has no message";
    const std::string whole = lines_of(body);
    const std::string kept = lines_of(strict_json::string_of(*said));
    if (!whole.ends_with(kept)) return "its message is not the end of the text";
    const std::string taken = whole.substr(0, whole.size() - kept.size());
    return fault_of_prefix(taken, lines_of(strict_json::string_of(*level_text)), request_id);
  }

  // Checks what was before the message: a level, a timestamp, a request ID and punctuation.
  std::string fault_of_prefix(std::string_view taken, const std::string& level,
                              const std::string& request_id) const {
    const auto is_level = [&](std::string_view word) {
      if (options_.normalize_level) return true;
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
      const bool is_id = word == request_id || word == "<" + std::string(request_id) + ">" ||  // log4j 1.2
                         word == "undefined" || word == "n/a";  // Node.js and LLRT outside a request
      if (!is_level(word) && !is_time && !is_process && !is_punctuation && !is_id && word != "LAMBDA_WARNING:")
        return "\"" + std::string(word) + "\" is lost";
    }
    return "";
  }

  logs::LambdaFilterOptions options_;
};

}  // namespace penstock
