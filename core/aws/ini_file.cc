#include "core/aws/ini_file.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace penstock::aws {

namespace {

// Returns whether Python's str.strip() removes the character.
bool is_space(uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

struct Stripped {
  std::string_view text;
  size_t indent = 0;  // number of characters removed at the start
};

// REQUIRES: text is UTF-8.
Stripped strip(std::string_view text) {
  Stripped stripped;
  size_t begin = 0;
  while (begin < text.size()) {
    const Utf8Step step = utf8_step(text, begin);
    if (!is_space(step.code_point)) break;
    begin += step.size;
    ++stripped.indent;
  }
  size_t end = begin;  // after the last character to keep
  for (size_t at = begin; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    at += step.size;
    if (!is_space(step.code_point)) end = at;
  }
  stripped.text = text.substr(begin, end - begin);
  return stripped;
}

// Removes the first line from text and returns it. Lines end with \n, \r\n, or \r.
std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find_first_of("\r\n"), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end);
  text.remove_prefix(text.starts_with("\r\n") ? 2 : std::min<size_t>(text.size(), 1));
  return line;
}

Status at_line(size_t line, const std::string& problem) {
  return {Code::config, "PS0258", "line " + std::to_string(line) + ": " + problem};
}

class Parser {
 public:
  Result<IniFile> parse(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF"))
      return at_line(1, "the file begins with a byte order mark; save it as UTF-8 without one");
    for (line_ = 1; !text.empty(); ++line_)
      if (Status status = read(take_line(text)); !status.ok()) return status;
    return finish();
  }

 private:
  Status read(std::string_view line) {
    if (!is_utf8(line)) return at_line(line_, "the line is not valid UTF-8; save the file as UTF-8");
    const Stripped stripped = strip(line);
    const std::string_view text = stripped.text;
    if (text.empty()) {
      if (value_ != nullptr) value_->append("\n");
      return {};
    }
    if (text.front() == '#' || text.front() == ';') return {};
    if (text.front() == '[') file_.headers.push_back({std::string(text), line_});
    if (value_ != nullptr && stripped.indent > indent_) {
      value_->append("\n").append(text);
      return {};
    }
    indent_ = stripped.indent;
    const size_t bracket = text.rfind(']');
    if (text.front() == '[' && bracket != std::string_view::npos && bracket >= 2)
      return begin_section(text.substr(1, bracket - 1));
    return read_setting(text);
  }

  Status begin_section(std::string_view name) {
    value_ = nullptr;
    if (name == "DEFAULT") {
      settings_ = &defaults_;
      return {};
    }
    if (!names_.emplace(name).second)
      return at_line(line_, "duplicate section [" + printable(name) + "]; merge the two");
    IniSection& section = file_.sections.emplace_back();
    section.name = name;
    section.line = line_;
    settings_ = &section.settings;
    return {};
  }

  Status read_setting(std::string_view text) {
    if (settings_ == nullptr) return at_line(line_, "a setting before the first [section]; move it into one");
    const size_t delimiter = text.find_first_of("=:");
    if (delimiter == std::string_view::npos || delimiter == 0)
      return at_line(line_, "expected [section], NAME = VALUE, or a comment that begins with #");
    std::string name = lower_case(strip(text.substr(0, delimiter)).text);
    const auto [setting, is_new] = settings_->try_emplace(std::move(name));
    if (!is_new)
      return at_line(line_, "duplicate setting " + printable(setting->first) + " in its section; keep one");
    setting->second.line = line_;
    value_ = &setting->second.value;
    value_->append(strip(text.substr(delimiter + 1)).text);
    return {};
  }

  Result<IniFile> finish() {
    if (Status status = finish(defaults_); !status.ok()) return status;
    for (IniSection& section : file_.sections) {
      if (Status status = finish(section.settings); !status.ok()) return status;
      section.settings.insert(defaults_.begin(), defaults_.end());
    }
    return std::move(file_);
  }

  static Status finish(IniSettings& settings) {
    for (auto& [name, setting] : settings) {
      std::string& value = setting.value;
      // Blank lines at the end are ignored, but they do not turn an empty value into nested settings either.
      value.resize(value.find_last_not_of('\n') + 1);
      if (!value.starts_with('\n')) continue;
      std::string_view rest = value;
      while (!rest.empty()) {
        const std::string_view line = take_line(rest);
        if (!line.empty() && line.find('=') == std::string_view::npos)
          return at_line(setting.line, "an indented line below " + printable(name) +
                                           " is not NAME = VALUE; begin the value on this line");
      }
    }
    return {};
  }

  IniFile file_;
  IniSettings defaults_;                      // settings of [DEFAULT]
  std::set<std::string, std::less<>> names_;  // names of the sections
  IniSettings* settings_ = nullptr;           // settings of the current section
  std::string* value_ = nullptr;              // value that the next line may continue
  size_t indent_ = 0;                         // indent of the last header or setting
  size_t line_ = 0;
};

}  // namespace

Result<IniFile> parse_ini(std::string_view text) { return Parser().parse(text); }

std::string nested_setting(std::string_view value, std::string_view name) {
  if (!value.starts_with('\n')) return "";
  std::string found;
  while (!value.empty()) {
    const std::string_view line = take_line(value);
    const size_t equals = line.find('=');
    if (equals != std::string_view::npos && trim(line.substr(0, equals)) == name)
      found = trim(line.substr(equals + 1));  // the last one counts
  }
  return found;
}

}  // namespace penstock::aws
