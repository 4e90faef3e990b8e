// Real log lines and messages from the test data folder: $PENSTOCK_TEST_DATA, or the one next to the repository.
#pragma once

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace penstock::logs::corpus {

inline std::string path(const std::string& name) {
  const char* folder = std::getenv("PENSTOCK_TEST_DATA");
  return std::string(folder != nullptr ? folder : PENSTOCK_TEST_DATA) + "/" + name;
}

// Returns the file's lines, each a JSON document; none if the file does not exist.
inline std::vector<rapidjson::Document> read_lines(const std::string& name) {
  std::vector<rapidjson::Document> lines;
  std::ifstream file(path(name));
  for (std::string line; std::getline(file, line);) {
    lines.emplace_back();
    lines.back().Parse(line.data(), line.size());
    EXPECT_FALSE(lines.back().HasParseError()) << name << " line " << lines.size();
  }
  return lines;
}

inline std::string to_string(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

// Returns "" if the object has no such string member.
inline std::string member(const rapidjson::Value& object, const char* name) {
  return object.IsObject() && object.HasMember(name) && object[name].IsString() ? to_string(object[name]) : "";
}

}  // namespace penstock::logs::corpus
