#include "core/aws/command_line.h"

namespace penstock::aws {

Result<std::vector<std::string>> split_words(std::string_view line) {
  std::vector<std::string> words;
  bool inside = false;  // inside a word, which may be empty: ""
  char quote = '\0';
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == '\0' && std::string_view(" \t\r\n").find(c) != std::string_view::npos) {
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
      if (i + 1 == line.size())
        return Status(Code::config, "PS0207",
                      "invalid command line: the backslash at its end escapes nothing; remove it");
      const char next = line[++i];
      if (quote == '"' && next != '"' && next != '\\') words.back() += '\\';
      words.back() += next;
    } else {
      words.back() += c;
    }
  }
  if (quote != '\0')
    return Status(Code::config, "PS0207",
                  std::string("invalid command line: the quote ") + quote + " is not closed");
  return words;
}

Result<std::vector<std::string>> split_command_line(std::string_view line) {
  Result<std::vector<std::string>> words = split_words(line);
  if (words.ok() && (words->empty() || words->front().empty()))
    return Status(Code::config, "PS0207",
                  "invalid command line: it is empty; expected a program and its arguments");
  return words;
}

}  // namespace penstock::aws
