// A YAML file as a tree of what is written in it: scalars stay text, and nothing is resolved or expanded.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {

struct YamlNode {
  enum class Kind { kText, kList, kMap };

  Kind kind = Kind::kText;
  int line = 0;                 // first line, from 1
  std::string text;             // of kText: the scalar, never converted to a number, a boolean or null
  std::vector<YamlNode> items;  // of kList; of kMap: its keys, which are kText, each followed by its value
};

// Maximum nesting of maps and lists.
constexpr size_t kYamlDepth = 64;

// Appends a tree for each document. On an error, returns false with the line of the error (0: the whole file) and
// its text, and documents is unchanged. Aliases are an error, as in the agent, so a tree is never larger than the
// file.
bool parse_yaml(std::string_view content, std::vector<YamlNode>& documents, int& error_line, std::string& error);

}  // namespace penstock::host
