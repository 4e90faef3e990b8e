// A real Fluent Bit that reads a file of lines, for the benchmarks of our files in it.
#pragma once

#include <functional>
#include <string>

#include "tests/e2e/deployment.h"

namespace penstock {

// Returns the value of FLUENT_BIT, the path of the agent. Without it, prints which benchmark is skipped, and
// returns "".
std::string fluent_bit_program(const char* benchmark);

class FluentBitAgent {
 public:
  struct Run {
    double cpu_s;      // user and system, of all threads
    double elapsed_s;  // until has_all() returned true
  };

  // our_file: the shared object, as built, that it opens. It is used from the folder PENSTOCK_TEST_FILES, if that
  // variable is set.
  FluentBitAgent(std::string program, const std::string& our_file);

  // Writes the lines that each run reads, and a file of parsers (it may be empty).
  void set_lines(const std::string& lines) const;
  void set_parsers(const std::string& parsers) const;

  // Runs the agent with in_tail and these sections until it has read the file and has_all() returns true. Exits if
  // it fails.
  Run run(const std::string& sections, const std::function<bool()>& has_all = nullptr) const;

  // Prints the text, and the log of the last run, and exits.
  [[noreturn]] void give_up(const char* text) const;

 private:
  e2e::TemporaryFolder folder_;
  std::string program_;
};

}  // namespace penstock
