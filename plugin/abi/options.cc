#include "plugin/abi/options.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/suggest.h"
#include "base/text.h"
#include "base/units.h"

namespace penstock::plugin {

namespace {

const penstock_option& element(const penstock_option* given, size_t index, size_t stride) {
  return *reinterpret_cast<const penstock_option*>(reinterpret_cast<const char*>(given) + index * stride);
}

// Returns a quantity if it is above 0; options accept no other.
std::optional<int64_t> above_zero(std::optional<int64_t> quantity) {
  return quantity.value_or(0) > 0 ? quantity : std::nullopt;
}

std::optional<int64_t> size(std::string_view text) { return above_zero(parse_size(text)); }
std::optional<int64_t> duration_ms(std::string_view text) { return above_zero(parse_duration_ms(text)); }

std::optional<int64_t> whole_number(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// Returns whether value fits a word of a choice.
bool fits_word(std::string_view word, std::string_view value) {
  if (word == "SIZE") return size(value).has_value();
  if (word == "DURATION") return duration_ms(value).has_value();
  if (word == "NUMBER") return whole_number(value).has_value();
  const size_t colon = word.find(':');
  if (colon == std::string_view::npos) return lower_case(value) == word;
  const std::string_view prefix = word.substr(0, colon + 1);
  return value.size() > prefix.size() && lower_case(value.substr(0, prefix.size())) == prefix;
}

// Returns whether value is one of the words of "a|b|file:PATH|SIZE".
bool among(std::string_view words, std::string_view value) {
  while (!words.empty()) {
    const size_t bar = std::min(words.find('|'), words.size());
    const std::string_view word = words.substr(0, bar);
    words.remove_prefix(std::min(bar + 1, words.size()));
    if (fits_word(word, value)) return true;
  }
  return false;
}

// Returns the path in a value, if its type has one: "path", or "file:PATH" among its words.
std::string_view path_in(std::string_view type, std::string_view value) {
  constexpr std::string_view kFile = "file:";
  if (type == "path") return value;
  const bool is_file = type.find("file:PATH") != std::string_view::npos && value.size() > kFile.size() &&
                       lower_case(value.substr(0, kFile.size())) == kFile;
  return is_file ? value.substr(kFile.size()) : std::string_view();
}

// Returns a value that is among the words in the spelling of the table: only the part in place of capitals keeps
// its case.
std::string as_spelled(std::string_view words, std::string_view value) {
  std::string out = lower_case(value);
  const size_t colon = value.find(':');
  if (colon != std::string_view::npos && words.find(out.substr(0, colon + 1)) != std::string_view::npos)
    out.replace(colon, std::string::npos, value.substr(colon));
  return out;
}

Status invalid(MessageId id, const std::string& what, std::string_view value, const std::string& name,
               const std::string& expected) {
  return {Code::config, id, "invalid " + what + " '" + printable(value) + "' for " + name + ": " + expected};
}

// Returns the problem with a value of the option of that name and type.
Status check_value(const std::string& name, std::string_view type, std::string_view value) {
  if (value.find('\0') != std::string_view::npos)
    return invalid("PS0058", "text", value, name, "it contains a NUL byte; remove the byte");
  if (value.empty() && (type == "text" || type == "list" || type == "path"))
    return {Code::config, "PS0057", "empty value for " + name + ": set a value, or remove the option"};
  if (type == "text" || type == "list") return {};
  if (const std::string_view path = path_in(type, value); path.starts_with('~'))
    return invalid("PS0059", "path", path, name,
                   "~ is not expanded; write the whole path, or ${HOME}" + printable(path.substr(1)));
  if (type == "path") return {};
  if (type == "size")
    return size(value) ? Status()
                       : invalid("PS0060", "size", value, name,
                                 "expected bytes, or a number with suffix K, M or G, such as 64K; above 0");
  if (type == "duration")
    return duration_ms(value) ? Status()
                              : invalid("PS0084", "duration", value, name,
                                        "expected seconds, or a number with suffix ms, s, m or h; above 0, and at "
                                        "most 87600h (ten years)");
  if (type == "NUMBER")
    return whole_number(value) ? Status()
                               : invalid("PS0085", "number", value, name, "expected a whole number, such as 100");
  if (among(type, value)) return {};
  const bool meant_a_field =
      type.find("field:") != std::string_view::npos && value.find(':') == std::string_view::npos && !value.empty();
  return invalid("PS0086", "value", value, name,
                 "expected one of " + std::string(type) +
                     (meant_a_field ? "; did you mean 'field:" + printable(value) + "'?" : ""));
}

Status unknown_option(Options::Table table, std::string_view key) {
  std::vector<std::string> names;
  for (const auto& info : table) names.emplace_back(info.name);
  std::string text = "unknown option '" + printable(key) + "'";
  if (const std::string meant = suggestion(key, names); !meant.empty())
    return {Code::config, "PS0054", text + meant};
  text += ": expected one of ";
  for (const std::string& name : names) text.append(&name == names.data() ? "" : ", ").append(name);
  return {Code::config, "PS0054", text};
}

const penstock_option_info* find(Options::Table table, std::string_view key) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& info) { return key == info.name; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace

bool Options::check(Table table, const penstock_option* given, size_t count, size_t stride,
                    const Problem& problem) {
  bool good = true;
  const auto complain = [&](size_t index, const Status& status) {
    good = false;
    problem(index, status);
  };
  std::map<std::string, size_t> seen;
  for (size_t i = 0; i < count; ++i) {
    const penstock_option& option = element(given, i, stride);
    const std::string key = lower_case(view(option.key));
    const penstock_option_info* info = find(table, key);
    if (info == nullptr)
      complain(i, unknown_option(table, key));
    else if (!seen.emplace(key, i).second)
      complain(i, Status(Code::config, "PS0055", key + " is set more than once: keep one"));
    else if (const Status wrong = check_value(key, info->type, view(option.value)); !wrong.ok())
      complain(i, wrong);
  }
  for (const auto& info : table)
    if (info.required != 0 && !seen.contains(info.name))
      complain(count, Status(Code::config, "PS0056",
                             std::string("missing option ") + info.name + " (" + info.type + "): " + info.help));
  return good;
}

Options::Options(Table table, const penstock_option* given, size_t count, size_t stride) {
  for (const auto& info : table) values_[info.name] = info.default_value != nullptr ? info.default_value : "";
  for (size_t i = 0; i < count; ++i) {
    const penstock_option& option = element(given, i, stride);
    const std::string key = lower_case(view(option.key));
    const penstock_option_info* info = find(table, key);
    if (info == nullptr) {
      has_unknown_ = true;
      continue;
    }
    const std::string_view type = info->type;
    if (!given_.insert(key).second || !check_value(key, type, view(option.value)).ok()) {
      bad_.insert(key);
      continue;
    }
    const bool words = type.find('|') != std::string_view::npos;
    values_[key] = words ? as_spelled(type, view(option.value)) : std::string(view(option.value));
  }
  for (const auto& info : table)
    if (info.required != 0 && !given_.contains(info.name)) bad_.insert(info.name);
}

size_t Options::size_bytes(std::string_view name) const { return static_cast<size_t>(*parse_size(text(name))); }

int64_t Options::number(std::string_view name) const { return *whole_number(text(name)); }

int64_t Options::duration_ms(std::string_view name) const { return *parse_duration_ms(text(name)); }

}  // namespace penstock::plugin
