// Reads confs from a folder and an environment of the test's own.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "host/conf/conf.h"
#include "tests/unit/host/program_test_base.h"

namespace penstock::host {

class ConfTest : public testing::Test {
 protected:
  Conf read(const std::string& content) { return read_file(folder_.write("agent.conf", content)); }
  Conf read_yaml(const std::string& content) { return read_file(folder_.write("agent.yaml", content)); }

  Conf read_file(const std::string& path) {
    return read_conf(path, [this](const std::string& name) {
      const auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    });
  }

  // Returns "agent.conf:12: text" for each problem, with "warning: " for warnings, and without the folder.
  std::string problems(const Conf& read) const {
    std::string out;
    for (const Problem& problem : read.problems) {
      std::string line = to_line(problem);
      for (size_t at; (at = line.find(folder_.path(""))) != std::string::npos;)
        line.erase(at, folder_.path("").size());
      out += line + "\n";
    }
    return out;
  }

  // Returns "NAME{key=value;key=value;}" for each section; "key;" for a nested one.
  static std::string text(const Conf& read) {
    std::string out;
    for (const Section& section : read.sections) {
      out += section.name + "{";
      for (const Entry& entry : section.entries) out += entry.key + (entry.nested ? "" : "=" + entry.value) + ";";
      out += "}";
    }
    return out;
  }

  Folder folder_;
  std::map<std::string, std::string> environment_;
};

}  // namespace penstock::host
