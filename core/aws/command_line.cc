#include "core/aws/command_line.h"

namespace penstock {

Result<std::vector<std::string>> split_command_line(std::string_view line) {
  std::vector<std::string> words;
  bool inside = false;  // a word, which may be empty: ""
  char quote = '\0';
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == '\0' && (c == ' ' || c == '\t')) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
    } else if (quote != '\0' && c == quote) {
      quote = '\0';
    } else if (c == '\\' && quote != '\'') {
      if (i + 1 == line.size()) return Status(Code::config, "a backslash at the end stands before nothing");
      const char next = line[++i];
      // In double quotes it is itself but before these.
      if (quote == '"' && std::string_view("$`\"\\").find(next) == std::string_view::npos) words.back() += '\\';
      words.back() += next;
    } else {
      words.back() += c;
    }
  }
  if (quote != '\0') return Status(Code::config, std::string("the quote ") + quote + " is not closed");
  if (words.empty() || words.front().empty()) return Status(Code::config, "it names no program");
  return words;
}

}  // namespace penstock
