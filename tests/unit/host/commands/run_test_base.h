// A configuration of the fake plugin's stages, and a journal of their calls.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/host/program_test_base.h"

namespace penstock::host {

using Steps = std::vector<std::string>;

// A FIFO that lets an output of the fake plugin settle a batch for each byte.
class Gate {
 public:
  explicit Gate(const std::string& path) : fd_(open(path.c_str(), O_RDWR | O_CLOEXEC)) {}
  ~Gate() { close(fd_); }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  void settle(const std::string& outcomes) const {
    EXPECT_EQ(write(fd_, outcomes.data(), outcomes.size()), static_cast<ssize_t>(outcomes.size()));
  }

 private:
  int fd_;
};

class RunTest : public testing::Test {
 protected:
  RunTest() : journal_(Lines::of_fifo(folder_.fifo("journal"))), gate_(folder_.fifo("gate")) {}

  std::string input(const std::string& more = "") const { return section("INPUT", "fake_in", "Tag t", more); }
  std::string output(const std::string& more = "") const { return section("OUTPUT", "fake_out", "Match *", more); }
  static std::string filter(const std::string& more) {
    return "[FILTER]\n  Name fake_filter\n  Match *\n" + indented(more);
  }
  std::string gated(const std::string& more = "") const {
    return output("gate " + folder_.path("gate") + "\n" + more);
  }

  std::vector<std::string> args(const std::string& conf, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> out = {"run", "-e", PENSTOCK_FAKE_PLUGIN, "-c", folder_.write("agent.conf", conf)};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }

  // Runs a conf to its end. What happened is in the journal, which must be small.
  Ended run_to_end(const std::string& conf, const std::vector<std::string>& more = {}) {
    return run_program(args(conf, more));
  }

  // Returns the journal up to the input's end.
  Steps steps() { return journal_.until("close input"); }

  static std::string acks(const Steps& steps) {
    std::string out;
    for (const std::string& step : steps)
      if (step.rfind("ack ", 0) == 0) out += step + "; ";
    return out;
  }

  Folder folder_;
  Lines journal_;
  Gate gate_;

 private:
  static std::string indented(const std::string& lines) {
    std::string out;
    for (size_t at = 0; at < lines.size();) {
      const size_t end = std::min(lines.find('\n', at), lines.size());
      if (end > at) out += "  " + lines.substr(at, end - at) + "\n";
      at = end + 1;
    }
    return out;
  }
  std::string section(const std::string& kind, const std::string& name, const std::string& tag,
                      const std::string& more) const {
    return "[" + kind + "]\n  Name " + name + "\n  " + tag + "\n  journal " + folder_.path("journal") + "\n" +
           indented(more);
  }
};

}  // namespace penstock::host
