// A YAML file as a tree of what is written in it: text stays text, and nothing is looked up or put in.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {

struct YamlNode {
  enum class Kind { kText, kList, kMap };

  Kind kind = Kind::kText;
  int line = 0;                 // where it begins, from 1
  std::string text;             // of kText: as YAML reads it, but never as a number, a boolean or nothing
  std::vector<YamlNode> items;  // of kList; of kMap its keys, which are kText, each with its value behind it
};

// How deep maps and lists may nest.
constexpr size_t kYamlDepth = 64;

// Appends a tree for each document. On an error documents is as before, and false is returned with the line of the
// error (0: the file as a whole) and its text. Aliases are an error, as they are to the agent: so a tree is never
// larger than the file.
bool parse_yaml(std::string_view content, std::vector<YamlNode>& documents, int& error_line, std::string& error);

}  // namespace penstock::host
